// People in the conversation: asked for, joining, typing, writing, leaving.

import { PENCIL_ICON, PERSON_ICON } from "./icons.ts";
import { form } from "./lead.ts";
import { tune } from "./live.ts";
import { notice } from "./notice.ts";
import { CLOSED, HANDED_BACK, JOINED, NEW_CHAT, OPEN, PERSON, REQUESTED, TYPING, UNREAD } from "./strings.ts";
import { catchUp, renew } from "./past.ts";
import { bubble, button, call, dots, el, emit, fault, focusField, icon, isOpen, label, launcher, panel, person, put, save, saved, say, settings, submit, t } from "./tools.ts";

const badge = el("span", "badge");
const title = panel.querySelector(".title")!;
const subtitle = el("span", "sub");
const newChat = button("new", t(NEW_CHAT), () => (renew(), focusField()), PENCIL_ICON);
let shown = new Set<string>();
let typing: HTMLElement | undefined;

badge.hidden = true;
newChat.hidden = true;
launcher?.append(badge);
person.prepend(icon(PERSON_ICON));
title.append(subtitle);
title.after(newChat);

export const tuned = () => tune(() => catchUp().catch(() => {}), heard);

export function unread(count: number): void {
  badge.textContent = count + "";
  badge.hidden = !count;
  if (!isOpen()) label(launcher, t(OPEN) + (count ? ", " + t(UNREAD, count) : ""));
}

export const isShown = (id: string) => shown.has(id);

// What is on the page now, and nothing else.
export function show(ids: string[]): void {
  shown = new Set(ids);
  seen();
}

export function seen(): void {
  const newest = [...shown].pop();
  if (isOpen() && newest) save({ seen: newest });
}

// Notes a message that came just now; false when it is shown already.
export function arrived(id: string): boolean {
  if (shown.has(id)) return false;
  shown.add(id);
  if (!isOpen()) unread(+badge.textContent! + 1);
  seen();
  return true;
}

export async function askPerson(): Promise<void> {
  const { conversation, visitor } = saved;
  if (!conversation) return submit(t(PERSON), true);
  try {
    const reply = await (await call("api/chat/handoff", { visitorId: visitor, conversationId: conversation })).json();
    notice(reply.message || t(REQUESTED));
    stand(reply);
    form("handoff");
  } catch {
    fault(askPerson);
  }
}

// Where the conversation stands now; `quietly` when that is no news.
export function stand({ status, handledBy, handoffRequested, agent }: any, quietly?: boolean): void {
  const asked = !!handoffRequested;
  const human = handledBy == "human" ? agent || saved.human || " " : "";
  if (!quietly) {
    if (status == "closed") notice(t(CLOSED));
    else if (human && agent && human != saved.human) notice(t(JOINED, agent));
    else if (saved.human && !human) notice(t(HANDED_BACK));
    if (asked && !saved.asked) emit("handoff");
  }
  save({ asked, human });
  subtitle.textContent = human.trim();
  newChat.hidden = !saved.conversation;
  // Focus on a button that goes would be lost.
  if (person.matches(":focus")) focusField();
  person.hidden = !settings.handoff || asked || !!human;
  tuned();
}

export function heard({ type, typing: on, name, role, messageId, content, author, ...rest }: any): void {
  typing?.remove();
  if (type == "status") stand(rest);
  if (on) {
    typing = el("div", "message bot agent", el("span", "who", t(TYPING, name)), el("div", "text", dots()));
    put(typing);
  }
  if (type != "message" || role == "user" || !arrived(messageId)) return;
  const agent = author?.name;
  bubble(false, content, agent);
  if (agent) stand({ handledBy: "human", handoffRequested: saved.asked, agent }, true);
  say(agent + ": " + content);
  emit("message", { role: "assistant", text: content, agent });
}
