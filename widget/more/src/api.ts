// What the page may call.

import { identify, reset } from "./past.ts";
import { ending, key, registry, submit, toggle } from "./tools.ts";

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
    delete registry[key as any];
    delete (window as any).BotPlot;
  },
};

export function api(name: string, its: any[]): void {
  if (!ending.signal.aborted) calls[name]!(its[0]);
}
