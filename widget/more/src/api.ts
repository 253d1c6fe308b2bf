// What the page may call.

import { identify, reset } from "./past.ts";
import { ending, host, key, submit, toggle } from "./tools.ts";

const page = window as any;

const calls: Record<string, (its: any) => unknown> = {
  open: () => toggle(true),
  close: () => toggle(false),
  toggle: () => toggle(),
  ask(text) {
    toggle(true);
    submit(text + "");
  },
  identify,
  reset: () => reset(),
  destroy() {
    ending.abort();
    host.remove();
    delete page[Symbol.for("botplot")][key];
    delete page.BotPlot;
  },
};

export function api(name: string, its: any[]): void {
  if (!ending.signal.aborted) calls[name]?.(its[0]);
}
