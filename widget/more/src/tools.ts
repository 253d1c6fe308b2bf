// What the first script hands over, in the order of its rest.ts.

export type Turn = import("../../src/chat.ts").Turn;
export type Bubble = import("../../src/messages.ts").Bubble;
export type Problem = import("../../src/net.ts").Problem;

type Tools = import("../../src/rest.ts").Tools;

// The first script's own tools: those of another widget, or of a try that failed, stand before them.
const tools: Tools = (window as any)[Symbol.for("botplot")][+import.meta.url.split("?")[1]! - 1];

export const [
  ready, begin, bubble, button, call, change, chips, clear, composer, dots, el, emit, ending, words, fault, field,
  focusField, greet, host, icon, isOpen, key, label, launcher, listen, log, on, panel, person, put, recall, run, save, saved,
  settings, stored, submit, t, toggle, web,
] = tools;

// A page may have the first script from before an update, and this one from after it.
if (tools.length != 40) throw new Error("BotPlot: reload the page");

// `randomUUID` is missing on pages without TLS.
export const unique = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

export const isBusy = () => composer.matches(".busy");

const spoken = el("div", { className: "sr status", role: "status" });
panel.append(spoken);

// Speaks to screen readers.
export function say(text: string): void {
  spoken.textContent = text;
}
