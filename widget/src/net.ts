// Talks to the server: requests, event streams, and a turn that goes on after a cut.

import { base, ending, grab, key, later, tell } from "./page.ts";
import { save, saved } from "./store.ts";

// Why something failed; without a status no reply came.
export interface Problem {
  status?: number;
  code?: string;
  head?: Headers;
  // True when the answer's own stream said so: to ask again is a new question.
  over?: boolean;
}

// One message on its way, with all that it takes to try again without doubling it.
export interface Sent {
  text: string;
  key: string;
  body?: object;
  // The answer's id, once the message is stored.
  id?: string;
  // The last event that arrived.
  place?: string;
}

// What a turn tells: that the answer comes from its beginning, that the message is safe (and in which conversation), or
// more of the answer.
export type Hear = (news: { again?: true; head?: Headers; token?: string }) => void;

let session: Promise<unknown> | undefined;

// Asks for a token before the first message, so that a retry of it is known to be the same visitor's.
export function begin(identity?: object): Promise<unknown> | undefined {
  if (saved.token && !identity) return;
  return (session ??= call("widget/session", { visitorId: saved.visitor, identity }, {}, ending.signal, true)
    .catch(() => {})
    .finally(() => (session = undefined)));
}

export async function call(
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  signal = ending.signal,
  again = false,
): Promise<Response> {
  const { token, visitor } = saved;
  if (token) headers["x-visitor-token"] = token;
  const reply = await grab(base + path, {
    method: body ? "POST" : "GET",
    body: JSON.stringify(body),
    headers: { ...headers, "x-api-key": key, "content-type": "application/json" },
    signal,
  });
  const { status, headers: head } = reply;
  const fresh = head.get("x-visitor-token");
  // A reply to whom the visitor was before `identify` or `reset` must not speak for who it is now.
  if (fresh && visitor == saved.visitor) save({ token: fresh });
  if (reply.ok) return reply;
  const { code, detail } = await reply.json().catch(() => ({}));
  if (!again && /^(invalid_visitor_t|identity_r)/.test(code)) {
    save({ token: "" });
    await begin();
    return call(path, body, headers, signal, true);
  }
  tell(path, status, code, detail);
  throw { status, code, head };
}

// Calls `then` for each event, and for an id without data; returns when the stream ends.
export async function listen(reply: Response, then: (event: any, id: string) => void): Promise<void> {
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "", data = "", id = ""; ; ) {
    // Pings come every 15 seconds, so a stream that is silent for longer is dead.
    const timer = setTimeout(() => reader.cancel(), 40_000);
    const { value, done } = await reader.read();
    clearTimeout(timer);
    if (done) return;
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line) {
        if (data || id) then(JSON.parse(data || "{}"), id);
        data = id = "";
      } else if (line.startsWith("data:")) data += line.slice(5);
      else if (line.startsWith("id:")) id = line.slice(4);
    }
  }
}

// Sends a message and follows its answer through cuts and restarts; returns the last event.
export async function turn(sent: Sent, hear: Hear): Promise<any> {
  let last: any;
  for (let tries = 0; ; tries++) {
    try {
      if (!sent.place) hear({ again: true });
      const reply = await (sent.id
        ? call("api/chat/stream/" + sent.id, undefined, sent.place ? { "last-event-id": sent.place } : {})
        : call("api/chat", sent.body, { "idempotency-key": sent.key, "x-resume": "1" }));
      sent.id ||= reply.headers.get("x-message-id")!;
      hear({ head: reply.headers });
      await listen(reply, (event, id) => {
        sent.place = id || sent.place!;
        if (event.token) {
          hear(event);
          tries = 0;
        }
        if (event.done) last = event;
        if (event.error) throw { ...event.error, over: event.error.code != "server_restarting" };
      });
      if (last) return last;
    } catch (error) {
      const { status = 500, code, over } = error as Problem;
      if (over || (status < 500 && code != "idempotency_in_flight") || ending.signal.aborted) throw error;
    }
    // Once the message is stored, a restart of the server is waited for, three quarters of a minute in all.
    if (tries > (sent.id ? 8 : navigator.onLine ? 2 : -1)) throw {};
    await later(Math.min(400 * 2 ** tries, 8000));
  }
}
