// The conversation: sends, tries again, restores what was said, hands over to a person.

import { button, el } from "./dom.ts";
import { emit } from "./events.ts";
import { askDetails } from "./lead.ts";
import { tune } from "./live.ts";
import { bubble, dots, notice, type Bubble } from "./messages.ts";
import { begin, call, turn, type Problem, type Sent } from "./net.ts";
import { ending } from "./page.ts";
import { badge, composer, field, focusField, grow, isOpen, log, newChat, paint, panel, person, put, say, subtitle, unread } from "./panel.ts";
import { place, recall, save, saved, unique } from "./store.ts";
import {
  BUSY, CLOSED, FAILED, HANDED_BACK, JOINED, LIMIT, OFFLINE, PERSON, REQUESTED, RETRY, TOO_LONG, TYPING, UNAVAILABLE,
} from "./strings.ts";
import { t } from "./words.ts";

// A message on its way, and the bubble of its answer.
interface Turn extends Sent {
  answer?: Bubble;
  // True when it is to be stopped.
  stop?: boolean;
  // True when it is to end with a person.
  person?: boolean | undefined;
  // True once it went to a new conversation, because the old one was gone.
  moved?: boolean;
}

const LONGEST = 8_000;

let config: any;
let current: Turn | undefined;
// Sent, but not known to be stored.
let unsent = "";
let shown = new Set<string>();
let typing: HTMLElement | undefined;

export function start(sent: any): void {
  config = sent;
  paint(sent, { toggled, send: () => submit(field.value), stop, person: () => askPerson(), renew });
  field.oninput = typed;
  field.onkeydown = (event) => {
    if (event.key == "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit(field.value);
    }
  };
  addEventListener("storage", followed, ending);
  document.addEventListener("visibilitychange", tuned, ending);
  ending.signal.addEventListener("abort", tuned);
  if (saved.conversation) clear();
  else greet();
}

const tuned = () => tune(restore, heard);

function toggled(open: boolean): void {
  save({ open });
  if (open) {
    unread(0);
    seen();
    begin();
    grow();
  }
  tuned();
  emit(open ? "open" : "close");
}

const seen = () => isOpen() && save({ seen: [...shown].pop() });

// Notes a message that came just now; false when it is shown already.
function arrived(id: string): boolean {
  if (shown.has(id)) return false;
  shown.add(id);
  if (!isOpen()) unread(+badge.textContent + 1);
  seen();
  return true;
}

function clear(): void {
  current = typing = undefined;
  shown = new Set();
  working();
  log.replaceChildren();
  newChat.hidden = !saved.conversation;
  composer.hidden = false;
  const { welcome } = config.widget ?? {};
  if (welcome) bubble("bot", welcome);
}

function greet(): void {
  clear();
  composer.hidden = form("before", () => {
    composer.hidden = false;
    starters();
    focusField();
  });
  if (!composer.hidden) starters();
}

const starters = () => chips("starters", config.widget?.starters);

const form = (when: string, done?: () => void) => askDetails(config.lead_form ?? {}, when, done);

function chips(names: string, texts: string[] = []): void {
  if (texts[0]) put(el("div", names, ...texts.map((text) => button("chip", text, () => submit(text)))));
}

function working(): void {
  composer.classList.toggle("busy", !!current);
}

// What was said before, from the server; `newest` takes the visitor's last conversation where none is open.
export async function restore(newest?: boolean): Promise<void> {
  if (!saved.conversation && !newest) return greet();
  try {
    const { conversations } = await (await call("api/chat/conversations?limit=100")).json();
    const it = conversations.find((one: any) => (newest ? one.status == "active" : one.conversationId == saved.conversation));
    if (!it) return renew();
    const path = `api/chat/conversations/${it.conversationId}/messages?offset=${Math.max(0, it.messageCount - 100)}`;
    const { messages } = await (await call(path)).json();
    if (current) return;
    save({ conversation: it.conversationId });
    replay(messages);
    stand(it, true);
  } catch {
    // What is on the page stays; the next message tells what is wrong.
  }
}

function replay(messages: any[]): void {
  let question = "";
  let news = 0;
  clear();
  for (const { id, role, content, sources, author, rating } of messages) {
    shown.add(id);
    const isUser = role == "user";
    // A question that was asked again after a fault is shown once.
    if (!isUser || content != question || !log.lastElementChild!.matches(".user")) {
      const it = bubble(isUser ? "user" : "bot", content, author?.name);
      if (!isUser) it.finish(id, sources, rating);
    }
    if (isUser) question = content;
    news = isUser || id == saved.seen ? 0 : news + 1;
  }
  if (!isOpen()) unread(saved.seen ? news : 0);
  seen();
  const { answer } = saved;
  if (answer && !shown.has(answer)) run({ text: question, key: unique(), id: answer });
}

export function submit(text: string, person?: boolean): void {
  text = text.trim();
  if (current || !text) field.value ||= text;
  else if (!tooLong(text)) {
    if (field.value.trim() == text) field.value = "";
    for (const old of log.querySelectorAll(".starters,.suggestions")) old.remove();
    bubble("user", text);
    emit("message", { role: "user", text });
    unsent = text;
    typed();
    run({ text, key: unique(), person });
  }
}

function typed(): void {
  grow();
  tooLong(field.value.trim());
  save({ draft: [unsent, field.value].join("\n").trim() });
}

function tooLong(text: string): boolean {
  const over = [...text].length > LONGEST;
  composer.querySelector(".fault")?.remove();
  if (over) composer.append(el("p", { className: "fault", role: "alert" }, t(TOO_LONG, LONGEST)));
  return over;
}

async function run(sent: Turn): Promise<void> {
  const isMine = () => current == sent;
  current = sent;
  working();
  const answer = (sent.answer ??= bubble("bot", ""));
  put(answer.box, true);
  try {
    await begin();
    sent.body ??= JSON.stringify({
      message: sent.text,
      visitorId: saved.visitor,
      conversationId: saved.conversation,
      visitor_info: saved.details,
      url: location.href.slice(0, 2048),
      title: document.title.slice(0, 2048),
    });
    const last = await turn(sent, {
      stored: (conversation) => isMine() && stored(sent, conversation),
      token: (text) => isMine() && answer.more(text),
      again: () => (answer.text = ""),
    });
    if (isMine()) finish(sent, last);
  } catch (problem) {
    if (isMine()) fail(sent, problem as Problem);
  }
}

function stored(sent: Turn, conversation: string | null): void {
  save({ conversation: conversation || saved.conversation, answer: sent.id, details: undefined });
  unsent = "";
  typed();
  newChat.hidden = false;
  if (sent.stop) stop();
}

function end(change: object = {}): void {
  current = undefined;
  working();
  save({ answer: "", ...change });
}

function finish(sent: Turn, last: any): void {
  const { text, box } = sent.answer!;
  const { messageId, sources, suggestions, handoffRequested, conversationId } = last;
  end({ conversation: conversationId });
  if (text && arrived(messageId)) {
    sent.answer!.finish(messageId, sources);
    say(box.querySelector(".text")!.textContent!);
    emit("message", { role: "assistant", text });
    emit("answer", { text, ...last });
  } else box.remove();
  chips("suggestions", suggestions);
  const asks = handoffRequested && !saved.asked;
  stand(last);
  if (sent.person && !saved.asked && !saved.human) askPerson();
  else if (asks) form("handoff");
  else if (last.refused) form("refusal");
}

function fail(sent: Turn, { status = 0, code = "", over, wait, conversation }: Problem): void {
  const answer = sent.answer!;
  if (answer.text) answer.finish();
  else answer.box.remove();
  end();
  const isGone = /^(not_f|conversation_)/.test(code) && !sent.moved;
  if (over || isGone) Object.assign(sent, { key: unique(), body: undefined, id: "", place: "" });
  if (isGone) {
    save({ conversation: "" });
    sent.moved = true;
    run(sent);
    return;
  }
  emit("error", { status, code });
  const isFull = status == 402;
  if (isFull) stored(sent, conversation!);
  fault(
    isFull && form("limit") ? t(LIMIT)
    : /40[123]/.test(status + "") || code == "key_revoked" ? t(UNAVAILABLE)
    : status == 429 ? t(BUSY, wait || 60)
    : /4[01][03]/.test(status + "") ? t(TOO_LONG, LONGEST)
    : t(navigator.onLine ? FAILED : OFFLINE),
    isFull ? undefined : () => run(sent),
  );
}

function fault(words: string, again?: () => void): void {
  const it = el("div", { className: "error", role: "alert" }, words);
  if (again) {
    it.append(button("retry", t(RETRY), () => {
      if (current) return;
      it.remove();
      again();
    }));
  }
  put(it, true);
}

function stop(): void {
  if (!current) return;
  current.stop = true;
  if (current.id) call("api/chat/stop", { conversationId: saved.conversation }).catch(() => {});
}

async function askPerson(): Promise<void> {
  const { conversation, visitor } = saved;
  if (!conversation) return submit(t(PERSON), true);
  try {
    const reply = await (await call("api/chat/handoff", { visitorId: visitor, conversationId: conversation })).json();
    notice(reply.message || t(REQUESTED));
    stand(reply);
    form("handoff");
  } catch {
    fault(t(navigator.onLine ? FAILED : OFFLINE), askPerson);
  }
}

// Where the conversation stands now; `quietly` when that is no news.
function stand({ status, handledBy, handoffRequested, agent }: any, quietly?: boolean): void {
  const asked = !!handoffRequested;
  const human = handledBy == "human" ? agent || saved.human || " " : "";
  if (!quietly) {
    if (status == "closed") notice(t(CLOSED));
    else if (agent && human != saved.human) notice(t(JOINED, agent));
    else if (saved.human && !human) notice(t(HANDED_BACK));
    if (asked && !saved.asked) emit("handoff");
  }
  save({ asked, human });
  subtitle.textContent = human.trim();
  person.hidden = config.handoff === false || asked || !!human;
  tuned();
}

function heard({ type, typing: on, name, role, messageId, content, author, ...rest }: any): void {
  typing?.remove();
  if (type == "status") stand(rest);
  if (on) {
    typing = el("div", "message bot agent", el("span", "who", t(TYPING, name)), el("div", "text", dots()));
    put(typing);
  }
  if (type != "message" || role == "user" || !arrived(messageId)) return;
  const agent = author?.name;
  bubble("bot", content, agent).finish(messageId);
  if (agent) stand({ handledBy: "human", handoffRequested: saved.asked, agent }, true);
  say(`${agent}: ${content}`);
  emit("message", { role: "assistant", text: content, agent });
}

function renew(): void {
  save({ conversation: "", answer: "", seen: "" });
  greet();
  stand({}, true);
  if (panel.matches(":focus-within")) focusField();
}

// Another tab wrote something.
function followed({ key, newValue }: StorageEvent): void {
  const { conversation, seen } = saved;
  if (key != place || !newValue) return;
  recall(newValue);
  if (!current && (conversation != saved.conversation || seen != saved.seen)) restore();
}

// Begins with another visitor, or a new one.
export function reset(visitor = unique()): void {
  save({ visitor, token: "", details: undefined, lead: false });
  renew();
}

export async function identify({ id, hash, jwt, name, email }: any): Promise<void> {
  if (id && id != saved.visitor) reset(id);
  save({ details: JSON.parse(JSON.stringify({ ...saved.details, name, email })), lead: !!email || saved.lead! });
  if (hash || jwt) {
    await begin({ id: saved.visitor, hash, jwt });
    if (!current && !saved.conversation) await restore(true);
  }
}
