// The conversation: sends, tries again, restores what was said, hands over to a person.

import { button, el } from "./dom.ts";
import { emit } from "./events.ts";
import { askDetails } from "./lead.ts";
import { tune } from "./live.ts";
import { bubble, dots, notice, type Bubble } from "./messages.ts";
import { begin, call, turn, type Problem, type Sent } from "./net.ts";
import { ending, listen } from "./page.ts";
import {
  busy, change, composer, field, focusPanel, grow, isOpen, log, newChat, paint, person, say, subtitle, unread,
} from "./panel.ts";
import { keepDraft, save, saved, unique } from "./store.ts";
import {
  ARCHIVED, BUSY, CLOSED, CUT, FAILED, HANDED_BACK, JOINED, LIMIT, OFFLINE, PERSON, REQUESTED, RETRY, TOO_LONG, TYPING,
  UNAVAILABLE,
} from "./strings.ts";
import { t } from "./words.ts";
import type { Settings } from "./settings.ts";

// A message on its way, and the bubble of its answer.
interface Turn extends Sent {
  answer?: Bubble;
  // True once it went to a new conversation, because the old one was gone.
  moved?: boolean;
}

const LONGEST = 8_000;

let set: Settings;
let current: Turn | undefined;
// Sent, but not known to be stored.
let unsent = "";
let missed = 0;
let shown = new Set<string>();
let typing: HTMLElement | undefined;
let wantsPerson = false;

export function start(settings: Settings): void {
  set = settings;
  paint(set, { toggled, send: () => submit(field.value), stop, typed, person: askPerson, renew });
  listen(document, "visibilitychange", tuned);
  ending.signal.addEventListener("abort", tuned);
  if (saved.conversation) newChat.hidden = false;
  else greet();
}

const tuned = () => tune({ ready: () => void restore(), heard });

function toggled(open: boolean): void {
  save({ open });
  if (open) {
    count(0);
    begin();
    save({ seen: [...shown].pop() });
  }
  tuned();
  emit(open ? "open" : "close");
}

function count(messages: number): void {
  unread((missed = messages));
}

// Notes a message as shown; false when it was already.
function note(id: string | undefined): boolean {
  if (!id) return true;
  if (shown.has(id)) return false;
  shown.add(id);
  if (isOpen()) save({ seen: id });
  return true;
}

function clear(): void {
  current = undefined;
  shown = new Set();
  busy(false);
  typing = undefined;
  log.replaceChildren();
  newChat.hidden = !saved.conversation;
  composer.hidden = false;
  if (set.welcome) bubble("bot", set.welcome);
}

function greet(): void {
  clear();
  const starters = () => chips("starters", set.starters);
  if (askDetails(set, "before", (given) => {
    composer.hidden = false;
    if (given) emit("lead", given);
    starters();
    focusPanel();
  })) composer.hidden = true;
  else starters();
}

function chips(names: string, texts: unknown): void {
  if (!Array.isArray(texts) || !texts[0]) return;
  change(() => log.append(el("div", names, ...texts.slice(0, 6).map((text) => button("chip", String(text), () => submit(text))))));
}

// What was said before, from the server; `newest` takes the visitor's last conversation when none is open.
export async function restore(newest = false): Promise<void> {
  if (!saved.conversation && !newest) return greet();
  try {
    const listed = await (await call("api/chat/conversations?limit=100")).json();
    const all: any[] = listed.conversations;
    const it = all.find((one) => one.conversationId == saved.conversation) ?? (newest && all.find((one) => one.status == "active"));
    if (!it) {
      save({ conversation: undefined, answer: undefined });
      return greet();
    }
    const offset = Math.max(0, it.messageCount - 100);
    const path = `api/chat/conversations/${it.conversationId}/messages?limit=200&offset=${offset}`;
    const { messages } = await (await call(path)).json();
    if (current) return;
    save({ conversation: it.conversationId });
    replay(messages);
    stand(it, true);
  } catch {
    if (!log.firstChild) clear();
  }
  tuned();
}

function replay(messages: any[]): void {
  const { seen, answer } = saved;
  clear();
  let question = "";
  let news = 0;
  for (const { id, role, content, sources, author, rating } of messages) {
    shown.add(id);
    // A question that was asked again after a fault is shown once.
    if (role == "user" && content == question && log.lastElementChild!.matches(".user")) continue;
    const it = bubble(role == "user" ? "user" : "bot", content, author?.name);
    if (role == "user") question = content;
    else it.finish(id, sources, rating);
    news = id == seen || role == "user" ? 0 : news + 1;
  }
  if (isOpen()) save({ seen: [...shown].pop() });
  else count(seen ? news : 0);
  if (answer && !shown.has(answer)) run({ text: question, key: unique(), id: answer });
  else save({ answer: undefined });
}

export function submit(text: string): void {
  text = text.trim();
  if (!text) return;
  if (current) {
    field.value ||= text;
    return;
  }
  if (tooLong(text)) return;
  if (field.value.trim() == text) field.value = "";
  grow();
  for (const old of log.querySelectorAll(".starters,.suggestions")) old.remove();
  bubble("user", text).finish();
  emit("message", { role: "user", text });
  unsent = text;
  typed();
  run({ text, key: unique() });
}

function typed(): void {
  keepDraft([unsent, field.value].filter(Boolean).join("\n"));
  tooLong(field.value.trim());
}

function tooLong(text: string): boolean {
  const over = [...text].length > LONGEST;
  const fault = composer.querySelector(".fault");
  if (over && !fault) {
    const words = t(TOO_LONG, LONGEST.toLocaleString(set.lang));
    composer.append(el("p", "fault", words));
    say(words);
  }
  if (!over) fault?.remove();
  return over;
}

async function run(sent: Turn): Promise<void> {
  current = sent;
  busy(true);
  const answer = (sent.answer ??= bubble("bot", ""));
  log.append(answer.box);
  if (!answer.text) change(() => answer.wait(), true);
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
    const mine = () => current == sent;
    const last = await turn(sent, {
      stored(conversation) {
        if (mine()) stored(sent, conversation);
      },
      token(text) {
        if (mine()) answer.more(text);
      },
      again() {
        answer.text = "";
      },
    });
    if (mine()) finish(sent, last);
  } catch (problem) {
    if (current == sent) fail(sent, problem as Problem);
  }
}

function stored(sent: Turn, conversation: string | null): void {
  save({ conversation: conversation ?? saved.conversation, answer: sent.id || undefined, details: undefined });
  unsent = "";
  typed();
  newChat.hidden = false;
  if (sent.stop) stop();
}

function finish(sent: Turn, last: any): void {
  const { text, box } = sent.answer!;
  done();
  save({ conversation: last.conversationId, answer: undefined });
  if (text && note(last.messageId)) {
    sent.answer!.finish(last.messageId, last.sources);
    say(box.querySelector(".text")!.textContent!);
    emit("message", { role: "assistant", text });
    emit("answer", { text, sources: last.sources, confidence: last.confidence });
    if (!isOpen()) count(missed + 1);
  } else box.remove();
  chips("suggestions", last.suggestions);
  const asks = last.handoffRequested && !saved.asked;
  stand(last);
  if (wantsPerson && !saved.asked && !saved.human) askPerson();
  else if (last.refused) form("refusal");
  else if (asks) form("handoff");
  wantsPerson = false;
}

function form(when: string): boolean {
  return askDetails(set, when, (given) => given && emit("lead", given));
}

function done(): void {
  current = undefined;
  busy(false);
}

function fail(sent: Turn, problem: Problem): void {
  const { status, code, over, wait, conversation } = problem;
  const { answer } = sent;
  const partial = !!answer!.text;
  done();
  if (partial) answer!.finish();
  else answer!.box.remove();
  if (over) [sent.key, sent.body, sent.id, sent.place] = [unique(), undefined, "", ""];
  if (/^(not_found|conversation_)/.test(code!) && saved.conversation && !sent.moved) {
    if (code == "conversation_archived") notice(t(ARCHIVED));
    save({ conversation: undefined, answer: undefined, asked: false, human: "" });
    Object.assign(sent, { moved: true, key: unique(), body: undefined, id: "", place: "" });
    return void run(sent);
  }
  save({ answer: undefined });
  emit("error", { status, code });
  if (status == 402) {
    stored(sent, conversation!);
    if (form("limit")) return fault(t(LIMIT));
  }
  const refused = status == 401 || status == 402 || status == 403 || code == "key_revoked";
  const words = refused ? t(UNAVAILABLE)
    : status == 429 ? t(BUSY, wait || 60)
    : status == 413 || status == 400 ? t(TOO_LONG, LONGEST.toLocaleString(set.lang))
    : !navigator.onLine ? t(OFFLINE)
    : t(partial ? CUT : FAILED);
  fault(words, status == 402 ? undefined : () => {
    if (over) answer!.text = "";
    run(sent);
  });
}

function fault(words: string, again?: () => void): void {
  const it = el("div", "error", el("span", "", words));
  it.role = "alert";
  if (again) {
    it.append(button("retry", RETRY, () => {
      if (current) return;
      it.remove();
      again();
    }));
  }
  change(() => log.append(it), true);
}

function stop(): void {
  if (!current) return;
  current.stop = true;
  if (saved.conversation && current.id) {
    call("api/chat/stop", { conversationId: saved.conversation, visitorId: saved.visitor }).catch(() => {});
  }
}

async function askPerson(): Promise<void> {
  const { conversation, visitor } = saved;
  if (!conversation) {
    wantsPerson = true;
    return submit(t(PERSON));
  }
  person.disabled = true;
  try {
    const reply = await (await call("api/chat/handoff", { visitorId: visitor, conversationId: conversation })).json();
    notice(reply.message || t(REQUESTED));
    stand(reply);
    form("handoff");
  } catch {
    fault(t(navigator.onLine ? FAILED : OFFLINE), () => void askPerson());
  }
  person.disabled = false;
}

// Where the conversation stands now; `quietly` when that is no news.
function stand(now: any, quietly = false): void {
  const asked = !!now.handoffRequested;
  const human = now.handledBy == "human" ? now.agent || saved.human || " " : "";
  if (!quietly) {
    if (now.status == "closed" || now.status == "archived") notice(t(now.status == "closed" ? CLOSED : ARCHIVED));
    else if (human.trim() && human != saved.human) notice(t(JOINED, human));
    else if (saved.human && !human) notice(t(HANDED_BACK));
    if (asked && !saved.asked) emit("handoff", { conversation: saved.conversation });
  }
  save({ asked, human });
  subtitle.textContent = human.trim();
  person.hidden = !set.handoff || asked || !!human;
  tuned();
}

function heard(event: any): void {
  typing?.remove();
  typing = undefined;
  if (event.type == "status") stand(event);
  if (event.type == "typing" && event.typing) {
    const words = t(TYPING, event.name);
    typing = el("div", "message bot agent typing", el("span", "who", words), el("div", "text", dots()));
    change(() => log.append(typing!));
  }
  if (event.type != "message" || event.role == "user" || !note(event.messageId)) return;
  const name = event.author?.name;
  bubble("bot", event.content, name || " ").finish(event.messageId);
  if (name && name != saved.human) stand({ handledBy: "human", handoffRequested: saved.asked, agent: name }, true);
  say((name ? name + ": " : "") + event.content);
  emit("message", { role: "assistant", text: event.content, agent: name });
  if (!isOpen()) count(missed + 1);
}

function renew(): void {
  save({ conversation: undefined, answer: undefined, seen: undefined, asked: false, human: "" });
  greet();
  stand({}, true);
  focusPanel();
}

// Another tab wrote something.
export function follow(before: typeof saved): void {
  if (current) return;
  const { conversation, seen, visitor } = saved;
  if (before.conversation != conversation || before.seen != seen || before.visitor != visitor) restore();
}

export async function identify(who: any): Promise<void> {
  const { id, hash, jwt, name, email } = who ?? {};
  const details = { ...saved.details, ...(name && { name: name + "" }), ...(email && { email: email + "" }) };
  if (id && id + "" != saved.visitor) {
    reset(id + "");
  }
  if (name || email) save({ details, lead: saved.lead || !!email });
  if (!hash && !jwt) return;
  await begin({ id: saved.visitor, hash, jwt });
  await restore(true);
}

// Forgets the visitor.
export function reset(visitor = unique()): void {
  const { open } = saved;
  save({ token: undefined, conversation: undefined, seen: undefined, answer: undefined, details: undefined, lead: false, asked: false, human: "", visitor, open: !!open });
  renew();
}
