// Where the script stands: its tag, its server and key, and what the host page could patch later.

const tags = document.querySelectorAll<HTMLScriptElement>("script[data-key]");

// A module script has no `currentScript`; then it is the last tag with a key.
export const tag = (document.currentScript as HTMLScriptElement | null) ?? tags[tags.length - 1];
export const key = tag?.dataset.key?.trim() ?? "";
export const base = new URL("..", tag?.src || location.href).href;
export const inline = tag?.dataset.mode === "inline";

export const grab = window.fetch;

// Ends every listener, stream and request of this widget at once.
export const ending = new AbortController();

export function tell(what: string): void {
  console.error("BotPlot: " + what);
}

export function listen(to: EventTarget, event: string, then: (event: any) => void): void {
  to.addEventListener(event, then, { signal: ending.signal });
}

export function later(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
