// Talks to the server: requests, event streams, and a turn that goes on after a cut.

import { base, ending, grab, key, later, tell } from "./page.ts";
import { save, saved } from "./store.ts";

// Why something failed; without a status no reply came.
export interface Problem {
  status?: number;
  code?: string;
  wait?: string | null;
  conversation?: string | null;
  // True when the server said so in the answer's own stream: asking again is a new question.
  over?: boolean;
}

// One message on its way, with all that it takes to try again without doubling it.
export interface Sent {
  text: string;
  key: string;
  body?: string | undefined;
  // The answer's id, once the server has stored the message.
  id?: string;
  // The last event that arrived.
  place?: string;
  stop?: boolean;
}

export interface Hearer {
  // The message is safe, in this conversation.
  stored(conversation: string | null): void;
  token(text: string): void;
  // The answer comes from its beginning again.
  again(): void;
}

export interface Proof {
  id: string;
  hash?: string;
  jwt?: string;
}

// How long to try without any progress: until the message is stored, and after that.
const PATIENCE = [5_000, 60_000] as const;
// Pings come every 15 seconds, so a stream that is silent for longer is dead.
const SILENCE = 40_000;

let proof: Proof | undefined;
let session: Promise<unknown> | undefined;

// Asks for a token before the first message, so that a retry of it is known to be the same visitor's.
export function begin(shown?: Proof): Promise<unknown> {
  if (shown) [proof, session] = [shown, undefined];
  if (saved.token && !shown) return Promise.resolve();
  return (session ??= call("widget/session", { visitorId: saved.visitor, identity: proof }, {}, undefined, true)
    .catch(() => {})
    .finally(() => (session = undefined)));
}

export async function call(
  path: string,
  body?: object | string,
  headers: Record<string, string> = {},
  signal: AbortSignal = ending.signal,
  again = false,
): Promise<Response> {
  const { token, visitor } = saved;
  if (token) headers["x-visitor-token"] = token;
  if (body) headers["content-type"] = "application/json";
  const reply = await grab(base + path, {
    method: body ? "POST" : "GET",
    body: typeof body == "object" ? JSON.stringify(body) : body,
    headers: { ...headers, "x-api-key": key },
    signal,
    cache: "no-store",
  } as RequestInit);
  const fresh = reply.headers.get("x-visitor-token");
  // A reply to whom the visitor was before `identify` or `reset` must not speak for who it is now.
  if (fresh && visitor == saved.visitor) save({ token: fresh });
  if (reply.ok) return reply;
  const { code, detail } = await reply.json().catch(() => ({}));
  if (!again && /^(invalid_visitor_token|identity_required)$/.test(code)) {
    save({ token: undefined });
    await begin();
    return call(path, body, headers, signal, true);
  }
  tell(`${path} ${reply.status} ${code}: ${detail}`);
  const wait = reply.headers.get("retry-after");
  throw { status: reply.status, code, wait, conversation: reply.headers.get("x-conversation-id") } as Problem;
}

// Calls `then` for each event, and for an id without data; returns when the stream ends.
export async function read(reply: Response, then: (event: any, id: string) => void): Promise<void> {
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let data = "";
  let id = "";
  for (;;) {
    const timer = setTimeout(() => reader.cancel().catch(() => {}), SILENCE);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith("data:")) data += line.slice(5);
      if (line.startsWith("id:")) id = line.slice(3).trim();
      if (!line) {
        if (data || id) then(data && JSON.parse(data), id);
        data = id = "";
      }
    }
  }
}

// Sends a message and follows its answer through cuts and restarts; returns the last event.
export async function turn(sent: Sent, to: Hearer): Promise<any> {
  let last: any;
  let until = 0;
  const hope = () => (until = Date.now() + PATIENCE[sent.id ? 1 : 0]);
  hope();
  for (let pause = 400; ; pause = Math.min(pause * 2, 8_000)) {
    try {
      if (sent.id && !sent.place) to.again();
      const reply = await (sent.id
        ? call("api/chat/stream/" + sent.id, undefined, sent.place ? { "last-event-id": sent.place } : {})
        : call("api/chat", sent.body, { "idempotency-key": sent.key, "x-resume": "1" }));
      if (!sent.id) {
        sent.id = reply.headers.get("x-message-id") ?? "";
        hope();
      }
      to.stored(reply.headers.get("x-conversation-id"));
      await read(reply, (event, id) => {
        sent.place = id || sent.place!;
        if (event.token) {
          to.token(event.token);
          hope();
        }
        if (event.done) last = event;
        if (event.error) throw { ...event.error, over: event.error.code != "server_restarting" } as Problem;
      });
      if (last) return last;
    } catch (error) {
      const { status, code, over } = error as Problem;
      const passing = !status || status >= 500 || status == 408 || code == "idempotency_in_flight";
      if (over || !passing || ending.signal.aborted) throw error;
    }
    if ((!navigator.onLine && !sent.id) || Date.now() + pause > until) throw {} as Problem;
    await later(pause);
  }
}
