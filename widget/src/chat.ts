// The conversation: sends, shows the answer as it comes, tries again.

import { button, el } from "./dom.ts";
import { ARROW_ICON, SQUARE_ICON } from "./icons.ts";
import { emit } from "./events.ts";
import { bubble, type Bubble } from "./messages.ts";
import { begin, turn, type Problem, type Sent } from "./net.ts";
import { composer, field, focusField, log, paint, put } from "./panel.ts";
import { more } from "./rest.ts";
import { settings } from "./settings.ts";
import { save, saved, unique } from "./store.ts";
import { FAILED, OFFLINE, PERSON, RETRY, SEND, STOP } from "./strings.ts";
import { t } from "./words.ts";

// A message on its way, and the bubble of its answer.
export interface Turn extends Sent {
  answer?: Bubble;
  // True when it is to be stopped.
  stop?: boolean;
  // True when it is to end with a person.
  person?: boolean | undefined;
  // True once it went to a new conversation, because the old one was gone.
  moved?: boolean;
}

export let person: HTMLElement;
let current: Turn | undefined;

export function start(): void {
  person = button("person", t(PERSON), () => more((it) => it.askPerson()));
  person.hidden = !settings.handoff;
  composer.append(
    button("send", t(SEND), () => submit(field.value), ARROW_ICON),
    button("stop", t(STOP), () => more((it) => it.stop(current)), SQUARE_ICON),
  );
  paint(toggled, person);
  field.onkeydown = (event) => {
    if (event.key == "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit(field.value);
    }
  };
  if (saved.conversation) clear();
  else greet();
}

function toggled(open: boolean): void {
  save({ open });
  if (open) {
    begin();
    more(() => {});
  }
  emit(open ? "open" : "close");
}

export function clear(): void {
  setCurrent();
  log.replaceChildren();
  const { welcome } = settings.widget ?? {};
  if (welcome) bubble(false, welcome);
}

export function greet(): void {
  const starters = () => {
    composer.hidden = false;
    chips("starters", settings.widget?.starters);
  };
  clear();
  if (settings.lead_form?.when?.includes("before") && !saved.lead) {
    composer.hidden = true;
    more((it) => it.form("before", starters));
  } else starters();
}

export function chips(names: string, texts: string[] = []): void {
  if (texts[0]) put(el("div", names, ...texts.map((text) => button("chip", text, () => (submit(text), focusField())))));
}

function setCurrent(sent?: Turn): void {
  current = sent;
  composer.classList.toggle("busy", !!sent);
}

export function submit(text: string, person?: boolean): void {
  text = text.trim();
  if (current || !text || [...text].length > 8e3) field.value ||= text;
  else {
    if (field.value.trim() == text) field.value = "";
    for (const old of log.querySelectorAll(".starters,.suggestions")) old.remove();
    bubble(true, text);
    emit("message", { role: "user", text });
    // Should it not arrive, it is in the field again when the page is loaded again.
    save({ draft: text });
    run({ text, key: unique(), person });
  }
}

export async function run(sent: Turn): Promise<void> {
  const isMine = () => current == sent;
  const answer = (sent.answer ??= bubble(false, ""));
  setCurrent(sent);
  put(answer.box, true);
  try {
    await begin();
    sent.body ??= {
      message: sent.text,
      visitorId: saved.visitor,
      conversationId: saved.conversation || undefined,
      visitor_info: saved.details,
      url: location.href.slice(0, 2048),
      title: document.title,
    };
    const last = await turn(sent, ({ again, head, token }) => {
      if (again) answer.text = "";
      else if (isMine()) {
        if (head) stored(sent, head);
        else answer.more(token!);
      }
    });
    if (isMine()) {
      over(sent, { conversation: last.conversationId });
      more((it) => it.finished(sent, last));
    }
  } catch (problem) {
    if (isMine()) {
      over(sent);
      const shown = fault(() => run(sent));
      more((it) => it.failed(sent, problem as Problem, shown));
    }
  }
}

export function stored(sent: Turn, head: Headers): void {
  save({ conversation: head.get("x-conversation-id") || saved.conversation, answer: sent.id, details: undefined, draft: field.value });
  if (sent.stop) more((it) => it.stop(sent));
}

function over(sent: Turn, change?: object): void {
  const { text, box, draw } = sent.answer!;
  setCurrent();
  save({ answer: "", ...change });
  if (text) draw();
  else box.remove();
}

// Says that something failed, and offers to try again.
export function fault(again: () => void): HTMLElement {
  const it = el("div", { className: "error", role: "alert" }, t(navigator.onLine ? FAILED : OFFLINE), button("retry", t(RETRY), () => {
    if (current) return;
    it.remove();
    again();
  }));
  put(it, true);
  return it;
}
