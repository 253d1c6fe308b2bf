// Where the script stands: its tag, its server and key, and what the host page could patch later.

// A module script has no `currentScript`.
export const tag = (document.currentScript ?? document.querySelector("script[data-key]")) as HTMLScriptElement;
export const { key = "", mode, target, lang } = tag.dataset;
export const inline = mode == "inline";
export const base = new URL("..", tag.src).href;

// All widgets of the page: each key once, and what waits for a `more.js`.
export const registry: any[] & Record<string, unknown> = ((window as any)[Symbol.for("botplot")] ??= []);

export const grab = window.fetch;

// Ends all listeners and requests of this widget; it is the options of `addEventListener`, too.
export const ending = new AbortController();

export function tell(...what: unknown[]): void {
  console.error("BotPlot:", ...what);
}

export function later(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
