// What the first script hands over, in the order of its rest.ts.

type Tools = import("../../src/rest.ts").Tools;

const tools: Tools = (window as any)[Symbol.for("botplot")].shift();

export const [
  ready, begin, bubble, button, call, change, clear, composer, dots, el, emit, ending, fault, field, focusField, greet, head,
  host, icon, isBusy, isOpen, label, later, launcher, listen, log, on, panel, person, place, put, recall, run, save, saved,
  say, settings, learn, stored, submit, t, toggle, unique, web, key, registry,
] = tools;

// A page may have the first script from before an update, and this one from after it.
if (tools.length != 46) throw new Error("BotPlot: reload the page");
