// The rest of the widget (../more), which is fetched when the panel first opens or somebody comes back: forms, ratings,
// people, what was said before. Without it a visitor can chat all the same.

import { chips, clear, fault, greet, person, run, stored, submit, type Turn } from "./chat.ts";
import { button, el, icon, label, web } from "./dom.ts";
import { emit, on } from "./events.ts";
import { bubble, dots } from "./messages.ts";
import { begin, call, listen, type Problem } from "./net.ts";
import { base, ending, key, registry } from "./page.ts";
import { change, composer, field, focusField, host, isOpen, launcher, log, panel, put, toggle } from "./panel.ts";
import { settings } from "./settings.ts";
import { recall, save, saved } from "./store.ts";
import { english } from "./strings.ts";
import { t } from "./words.ts";

export interface More {
  // A turn is over: its answer gets sources and buttons.
  finished(sent: Turn, last: any): void;
  // Stops an answer that is on its way.
  stop(sent: Turn | undefined): void;
  // A turn failed: `shown` says so, and may say it better.
  failed(sent: Turn, problem: Problem, shown: HTMLElement): void;
  // Asks for contact details, if that is wanted on this occasion; `done` is called when that is over.
  form(when: string, done?: () => void): void;
  // Where the conversation stands; `quietly` when that is no news.
  stand(now: any, quietly?: boolean): void;
  askPerson(): void;
  // Runs a call of the page's.
  api(name: string, its: any[]): void;
}

// By place, not by name: names would be loaded with every page. more/src/tools.ts takes them in this order.
const tools = (ready: (more: More) => void) => [
  ready, begin, bubble, button, call, change, chips, clear, composer, dots, el, emit, ending, english, fault, field,
  focusField, greet, host, icon, isOpen, key, label, launcher, listen, log, on, panel, person, put, recall, run, save, saved,
  settings, stored, submit, t, toggle, web,
] as const;

export type Tools = ReturnType<typeof tools>;

let rest: Promise<More> | undefined;

export function more(then: (more: More) => void): void {
  rest ??= new Promise<More>((ready) => {
    // A module of its own for each widget of the page, and for each try: browsers remember one that failed.
    import(base + "widget/more.js?" + registry.push(tools(ready))).catch(() => (rest = undefined));
  });
  rest.then(then);
}
