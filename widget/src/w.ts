// Begins: fetches the configuration, shows the launcher, and opens `window.BotPlot` to the page.

import { start } from "./chat.ts";
import { emit, on } from "./events.ts";
import { base, grab, key, lang, later, registry, tell } from "./page.ts";
import { toggle } from "./panel.ts";
import { more } from "./rest.ts";
import { settings } from "./settings.ts";
import { saved } from "./store.ts";

const page = window as any;

async function boot(): Promise<boolean> {
  const words = lang || document.documentElement.lang || navigator.language;
  try {
    const reply = await grab(`${base}widget/config?${new URLSearchParams({ key, lang: words })}`);
    if (reply.ok) Object.assign(settings, await reply.json());
    else {
      tell("widget/config", reply.status, await reply.text());
      // These do not pass by themselves: without a right key there is nothing to offer.
      if (/40[013]/.test(reply.status + "")) return false;
    }
  } catch (error) {
    tell(error);
  }
  while (!document.body) await later(9);
  start();
  await new Promise((done) => (page.requestIdleCallback ?? setTimeout)(done));
  if (saved.open) toggle(true, true);
  if (saved.conversation) more(() => {});
  emit("ready");
  return true;
}

// What the page may call; a call waits for the widget, and for the part of it that knows what to do.
function publish(): void {
  const ready = boot();
  const api: any = { on, push: ([name, ...its]: [string, ...unknown[]]) => api[name]?.(...its) };
  for (const name of ["open", "close", "toggle", "ask", "identify", "reset", "destroy"]) {
    api[name] = async (...its: unknown[]) => (await ready) && more((it) => it.api(name, its));
  }
  const queue = page.BotPlot;
  if (queue && !queue.map) return;
  page.BotPlot = api;
  queue?.map(api.push);
}

if (/^bp_pub_/.test(key)) {
  if (!registry[key as any]) {
    registry[key as any] = true;
    publish();
  }
} else tell("data-key takes a bp_pub_ key; revoke a secret key that stood here");
