// The chat of the page /try/…: sends a question, shows the answer as it streams in, keeps the conversation.
// Whatever comes from a visitor, a model or a source is put into the page as text, never as markup.
"use strict";

const $ = (id) => document.getElementById(id);
const chat = $("chat"), log = $("log"), turns = $("turns"), field = $("message");
const key = chat.dataset.key;
const place = "botplot:" + key;
const KEPT = 60;

const session = load();
let running = null; // { conversation, controller } while an answer is on its way

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(place));
    if (kept && typeof kept.visitor === "string" && Array.isArray(kept.turns)) return kept;
  } catch { /* storage can be forbidden or hold something else: begin anew */ }
  return { visitor: randomId(), conversation: null, token: null, turns: [] };
}

function save() {
  session.turns = session.turns.slice(-KEPT);
  try {
    localStorage.setItem(place, JSON.stringify(session));
  } catch { /* without storage the conversation lasts as long as the page */ }
}

function randomId() {
  // crypto.randomUUID is missing where the page does not come over TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// ---- what is shown

function bubble(role, text) {
  const item = element("li", role);
  item.append(element("span", "unseen", role === "user" ? "You: " : "Answer: "), element("p", "text", text));
  turns.append(item);
  return item;
}

function show(turn) {
  const item = bubble(turn.role, turn.text);
  if (turn.role === "assistant") finish(item, turn);
  return item;
}

function finish(item, turn) {
  item.classList.remove("waiting");
  if (!turn.text) item.querySelector(".text").remove();
  if (turn.error) item.append(failure(turn));
  if (turn.note) item.append(element("p", "note", turn.note));
  const sources = turn.sources || [];
  if (sources.length) item.append(sourceList(sources));
  if (typeof turn.confidence === "number") {
    item.append(element("p", "note", `Confidence: ${Math.round(turn.confidence * 100)} %`));
  }
  for (const text of turn.suggestions || []) {
    const button = element("button", "starter", text);
    button.type = "button";
    button.addEventListener("click", () => send(text));
    item.append(button);
  }
}

function failure(turn) {
  const box = element("p", "error", turn.error + " ");
  if (turn.question) {
    const button = element("button", "quiet", "Try again");
    button.type = "button";
    button.addEventListener("click", () => send(turn.question));
    box.append(button);
  }
  return box;
}

function sourceList(sources) {
  const details = element("details");
  details.append(element("summary", "", sources.length === 1 ? "1 source" : `${sources.length} sources`));
  // Numbered, since an answer can cite its sources as [1].
  const list = element("ol", "sources");
  for (const source of sources) {
    const item = element("li");
    const title = source.title || source.url || "Untitled";
    const address = webAddress(source.url);
    const name = element(address ? "a" : "strong", "", title);
    if (address) {
      name.href = address;
      name.rel = "noopener noreferrer nofollow";
      name.target = "_blank";
    }
    item.append(name, element("span", "match", `${Math.round(source.similarity * 100)} % match`));
    item.append(element("p", "snippet", source.content));
    list.append(item);
  }
  details.append(list);
  return details;
}

// Only web addresses become links; a source could carry any scheme.
function webAddress(text) {
  try {
    const address = new URL(text);
    return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
  } catch {
    return null;
  }
}

function announce(text) {
  $("status").textContent = text;
}

function scrollDown() {
  log.scrollTop = log.scrollHeight;
}

function nearEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

function busy(on) {
  $("send").hidden = on;
  $("stop").hidden = !on;
  $("stop").disabled = false;
  $("fresh").hidden = on || !session.turns.length;
  $("starters").hidden = session.turns.length > 0;
}

// ---- talking to the server

async function post(path, body, signal) {
  const headers = { "content-type": "application/json", "x-api-key": key, accept: "text/event-stream" };
  if (session.token) headers["x-visitor-token"] = session.token;
  const reply = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  // A bare conversation is continued by its visitor id; the token opens only what was begun with one.
  session.token = reply.headers.get("x-visitor-token") || session.token;
  return reply;
}

async function ensureToken() {
  if (!session.token) await post("/widget/session", { visitorId: session.visitor });
}

async function ask(text, signal) {
  await ensureToken();
  const body = { message: text, visitorId: session.visitor };
  if (session.conversation) body.conversationId = session.conversation;
  return post("/api/chat", body, signal);
}

const GONE = ["invalid_visitor_token", "not_found", "conversation_archived"];

// Asks; when the conversation cannot go on, begins a new one and says so.
async function askOrBeginAnew(text, signal) {
  let reply = await ask(text, signal);
  if (reply.ok) return { reply };
  let problem = await reply.json().catch(() => ({}));
  if (!GONE.includes(problem.code)) throw new Error(inWords(reply, problem));
  if (problem.code === "invalid_visitor_token") session.token = null;
  const note = session.conversation ? "The earlier conversation has ended; this is a new one." : undefined;
  session.conversation = null;
  reply = await ask(text, signal);
  if (reply.ok) return { reply, note };
  problem = await reply.json().catch(() => ({}));
  throw new Error(inWords(reply, problem));
}

function inWords(reply, problem) {
  switch (problem.code) {
    case "unauthorized": return "This page's key is not valid any more.";
    case "origin_not_allowed": return "The project does not allow its chat on this page.";
    case "too_many_turns": return "Earlier questions are still being answered. Please wait a moment.";
    case "too_many_requests": return "That was a lot at once. Please wait a moment.";
    case "invalid_request": return `The question could not be sent: ${problem.detail}.`;
  }
  if (reply.status === 503) return "The server is busy or restarting. Please try again in a moment.";
  return "Something went wrong on the server. Please try again.";
}

// Calls `take` with each event's value.
async function readEvents(reply, take) {
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data: ")) take(JSON.parse(line.slice(6)));
    }
  }
}

async function send(text) {
  text = text.trim();
  if (!text || running) return;
  running = { controller: new AbortController() };
  const question = { role: "user", text };
  session.turns.push(question);
  show(question);
  const item = bubble("assistant waiting", "");
  busy(true);
  announce("Looking for an answer");
  scrollDown();
  const turn = await answerInto(item, text);
  running = null;
  session.turns.push(turn);
  save();
  const follow = nearEnd();
  finish(item, turn);
  announce(turn.error || turn.text || turn.note || "");
  busy(false);
  if (follow) scrollDown();
  field.focus();
}

async function answerInto(item, text) {
  const turn = { role: "assistant", text: "" };
  const shown = item.querySelector(".text");
  try {
    const { reply, note } = await askOrBeginAnew(text, running.controller.signal);
    turn.note = note;
    session.conversation = reply.headers.get("x-conversation-id");
    running.conversation = session.conversation;
    let over = false;
    await readEvents(reply, (event) => {
      const follow = nearEnd();
      if (event.token !== undefined) {
        turn.text += event.token;
        shown.textContent = turn.text;
        item.classList.remove("waiting");
      } else if (event.error) {
        over = true;
        turn.error = event.error.message;
      } else if (event.done) {
        over = true;
        Object.assign(turn, { sources: event.sources, confidence: event.confidence, suggestions: event.suggestions });
        if (!event.messageId) turn.note = "A person has this conversation and will answer.";
      }
      if (follow) scrollDown();
    });
    if (!over) turn.error = "The connection broke off.";
  } catch (error) {
    turn.error = error instanceof TypeError ? "The server could not be reached." : error.message;
  }
  if (turn.error) turn.question = text;
  return turn;
}

// ---- what the visitor does

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (running) return;
  const text = field.value;
  if (!text.trim()) return;
  field.value = "";
  send(text);
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("ask").requestSubmit();
  }
});

$("stop").addEventListener("click", async () => {
  if (!running) return;
  $("stop").disabled = true;
  if (!running.conversation) return running.controller.abort();
  await post("/api/chat/stop", { conversationId: running.conversation }).catch(() => {});
});

$("fresh").addEventListener("click", () => {
  Object.assign(session, { conversation: null, turns: [] });
  save();
  turns.replaceChildren();
  greet();
  busy(false);
  announce("A new conversation");
  field.focus();
});

for (const button of $("starters").querySelectorAll("button")) {
  button.addEventListener("click", () => send(button.textContent));
}

function greet() {
  if (!session.turns.length && chat.dataset.welcome) bubble("assistant", chat.dataset.welcome);
}

greet();
session.turns.forEach(show);
busy(false);
scrollDown();
field.focus();
