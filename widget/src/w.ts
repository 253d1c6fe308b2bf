// Begins: fetches the configuration, shows the launcher, and opens `window.BotPlot` to the page.

import { identify, reset, restore, start, submit } from "./chat.ts";
import { emit, on } from "./events.ts";
import { base, ending, grab, key, lang, later, tell } from "./page.ts";
import { toggle } from "./panel.ts";
import { saved } from "./store.ts";

const page = window as any;
const running: Set<string> = (page[Symbol.for("botplot")] ??= new Set());

async function boot(): Promise<boolean> {
  const words = lang || document.documentElement.lang || navigator.language;
  let config = {};
  try {
    const reply = await grab(`${base}widget/config?${new URLSearchParams({ key, lang: words })}`);
    if (reply.ok) config = await reply.json();
    else {
      const { code, detail } = await reply.json();
      tell("no configuration:", reply.status, code, detail);
      // These do not pass by themselves: without a right key there is nothing to offer.
      if (/40[013]/.test(reply.status + "")) return false;
    }
  } catch (error) {
    tell("no configuration:", error);
  }
  while (!document.body) await later(9);
  if (ending.signal.aborted) return false;
  start(config ?? {});
  await new Promise((done) => (page.requestIdleCallback ?? setTimeout)(done));
  if (saved.open && innerWidth > 480) toggle(true, true);
  if (saved.conversation) await restore();
  emit("ready");
  return true;
}

function publish(): void {
  const ready = boot();
  const when = (then: (...its: any[]) => unknown) => async (...its: any[]) => {
    if ((await ready) && !ending.signal.aborted) then(...its);
  };
  const api: any = {
    open: when(() => toggle(true)),
    close: when(() => toggle(false)),
    toggle: when(() => toggle()),
    ask: when((text) => {
      toggle(true);
      submit(text + "");
    }),
    identify: when(identify),
    reset: when(() => reset()),
    on,
    destroy() {
      ending.abort();
      running.delete(key);
      if (page.BotPlot == api) delete page.BotPlot;
    },
    push: ([name, ...its]: [string, ...unknown[]]) => api[name]?.(...its),
  };
  const queue = page.BotPlot;
  if (queue && !queue.map) return;
  page.BotPlot = api;
  queue?.map(api.push);
}

if (/^bp_pub_/.test(key)) {
  if (!running.has(key)) {
    running.add(key);
    publish();
  }
} else tell("data-key takes the publishable key, bp_pub_…", key && "and everybody can read what stands there now: revoke it if it is secret");
