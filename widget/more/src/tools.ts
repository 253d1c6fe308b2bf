// What the first script hands over, in the order of its rest.ts.

export type Turn = import("../../src/chat.ts").Turn;
export type Bubble = import("../../src/messages.ts").Bubble;
export type Problem = import("../../src/net.ts").Problem;

type Tools = import("../../src/rest.ts").Tools;

const tools: Tools = (window as any)[Symbol.for("botplot")].shift();

export const [
  ready, begin, bubble, button, call, change, chips, clear, composer, dots, el, emit, ending, fault, field, focusField, greet, head,
  host, icon, isBusy, isOpen, label, later, launcher, listen, log, on, panel, person, place, put, recall, run, save, saved,
  say, settings, learn, stored, submit, t, toggle, unique, web, key, registry,
] = tools;

// A page may have the first script from before an update, and this one from after it.
if (tools.length != 47) throw new Error("BotPlot: reload the page");
