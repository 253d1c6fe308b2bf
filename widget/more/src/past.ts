// What was said before, on this page or another, in this tab or another.

import { dress } from "./answers.ts";
import { heard, isShown, show, stand, tuned, unread } from "./people.ts";
import { begin, bubble, call, clear, focusField, greet, isBusy, isOpen, log, panel, recall, run, save, saved, unique } from "./tools.ts";

// The conversation that is open, and what was said in it; `newest` takes the visitor's last one.
async function fetchPast(newest?: boolean): Promise<{ it?: any; messages: any[] }> {
  const { conversations } = await (await call("api/chat/conversations?limit=100")).json();
  const it = conversations.find((one: any) => (newest ? one.status == "active" : one.conversationId == saved.conversation));
  if (!it) return { messages: [] };
  const path = `api/chat/conversations/${it.conversationId}/messages?offset=${Math.max(0, it.messageCount - 100)}`;
  return { it, ...(await (await call(path)).json()) };
}

// Shows all that was said.
export async function restore(newest?: boolean): Promise<void> {
  if (!saved.conversation && !newest) return renew();
  try {
    const { it, messages } = await fetchPast(newest);
    if (isBusy()) return;
    if (!it) return renew();
    save({ conversation: it.conversationId });
    replay(messages);
    stand(it, true);
  } catch {
    // What is on the page stays; the next message tells what is wrong.
    tuned();
  }
}

// Shows what people wrote before the page began to listen.
export async function catchUp(): Promise<void> {
  const { messages } = await fetchPast();
  for (const { id, ...rest } of messages) if (rest.author) heard({ type: "message", messageId: id, ...rest });
}

function replay(messages: any[]): void {
  let question = "";
  let news = 0;
  clear();
  for (const { id, role, content, sources, author, rating } of messages) {
    const isUser = role == "user";
    // A question that was asked again after a fault is shown once.
    if (!isUser || content != question || !log.lastElementChild!.matches(".user")) {
      const it = bubble(isUser, content, author?.name);
      if (!isUser && !author) dress(it, id, sources, rating);
    }
    if (isUser) question = content;
    news = isUser || id == saved.seen ? 0 : news + 1;
  }
  if (!isOpen()) unread(saved.seen ? news : 0);
  show(messages.map((message) => message.id));
  const { answer } = saved;
  if (answer && !isShown(answer)) run({ text: question, key: unique(), id: answer });
}

// Begins a new conversation.
export function renew(): void {
  save({ conversation: "", answer: "", seen: "", asked: false, human: "" });
  greet();
  stand({}, true);
  if (panel.matches(":focus-within")) focusField();
}

// Shows what another tab, or an earlier page, has said and this one does not show.
export function follow(): void {
  recall();
  const { conversation, seen } = saved;
  const isHere = !!log.querySelector(".user");
  if (!isBusy() && (!!conversation != isHere || (seen && !isShown(seen)))) restore();
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
    if (!isBusy() && !saved.conversation) await restore(true);
  }
}
