// Begins: reads the tag, fetches the configuration, and opens `window.BotPlot` to the page.

import { follow, identify, reset, restore, start, submit } from "./chat.ts";
import { emit, on } from "./events.ts";
import { base, ending, grab, inline, key, later, tag, tell } from "./page.ts";
import { closePanel, isOpen, openPanel } from "./panel.ts";
import { settle } from "./settings.ts";
import { load, saved } from "./store.ts";

type Call = [name: string, ...args: any[]];

const page = window as any;
const running: Set<string> = (page[Symbol.for("botplot")] ??= new Set());

let isReady: () => void;
const ready = new Promise<void>((done) => (isReady = done));

async function configuration(): Promise<any> {
  const lang = tag!.dataset.lang || document.documentElement.lang || navigator.language;
  const address = `${base}widget/config?key=${encodeURIComponent(key)}&lang=${encodeURIComponent(lang)}`;
  try {
    const reply = await grab(address, { signal: ending.signal });
    if (reply.ok) return await reply.json();
    const { code, detail } = await reply.json().catch(() => ({}));
    tell(`no configuration: ${reply.status} ${code}: ${detail}`);
    // These do not pass by themselves: without a right key there is nothing to offer.
    return !/^40[013]$/.test(reply.status + "") && {};
  } catch (error) {
    tell(`no configuration from ${base}: ${error}`);
    return {};
  }
}

const idle = () => new Promise<void>((done) => (page.requestIdleCallback ?? setTimeout)(() => done()));

async function boot(): Promise<void> {
  load(follow);
  const sent = await configuration();
  if (!sent || ending.signal.aborted) return;
  while (!document.body) await later(20);
  start(settle(sent));
  await idle();
  if (saved.open && !inline) openPanel(true);
  if (saved.conversation) await restore();
  isReady();
  emit("ready");
}

function publish(): void {
  const when = (then: (...args: any[]) => unknown) => (...args: any[]) => void ready.then(() => ending.signal.aborted || then(...args));
  const api: Record<string, any> = {
    open: when(() => openPanel()),
    close: when(() => closePanel()),
    toggle: when(() => (isOpen() ? closePanel() : openPanel())),
    ask: when((text) => {
      openPanel();
      submit(String(text));
    }),
    identify: when(identify),
    reset: when(() => reset()),
    on,
    destroy() {
      ending.abort();
      running.delete(key);
      if (page.BotPlot == api) delete page.BotPlot;
    },
    push([name, ...args]: Call) {
      return api[name]?.(...args);
    },
  };
  const queue = page.BotPlot;
  if (queue && !Array.isArray(queue)) return;
  page.BotPlot = api;
  queue?.forEach(api.push);
}

if (!key) tell("the script tag has no `data-key`");
else if (key.startsWith("bp_sec_")) {
  tell("`data-key` is a secret key, which every visitor can read: put the publishable key (bp_pub_…) there, and revoke this one");
} else if (!running.has(key)) {
  running.add(key);
  publish();
  boot();
}
