// The bubbles of a conversation: text, sources, what the visitor thinks of it.

import { attr, button, el, icon, label, web } from "./dom.ts";
import { COPIES_ICON, THUMB_ICON, TICK_ICON } from "./icons.ts";
import { render } from "./markdown.ts";
import { call } from "./net.ts";
import { change, log, say } from "./panel.ts";
import { saved } from "./store.ts";
import { ASSISTANT, COMMENT, COPIED, COPY, HELPFUL, NOT_HELPFUL, SEND, SKIP, SOURCES, THANKS, WORKING, YOU } from "./strings.ts";
import { t } from "./words.ts";

export interface Bubble {
  box: HTMLElement;
  text: string;
  // Shows more of the text, with the next frame.
  more(token: string): void;
  // Shows all of it, with sources and buttons.
  finish(id?: string, sources?: any[], rating?: string): void;
  wait(): void;
}

// Everything of the log that is not a message: what a new message puts away.
export function notice(text: string): void {
  change(() => log.append(el("p", "notice", text)));
  say(text);
}

export function bubble(role: "user" | "bot", text: string, agent?: string): Bubble {
  const body = el("div", "text");
  const who = el("span", agent ? "who" : "who sr", agent?.trim() || t(role == "user" ? YOU : ASSISTANT));
  const box = el("div", `message ${role}` + (agent ? " agent" : ""), who, body);
  let frame = 0;
  const draw = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    change(() => {
      if (role == "user") body.textContent = it.text;
      else render(it.text, body);
    });
  };
  const it: Bubble = {
    box,
    text,
    more(token) {
      it.text += token;
      box.classList.remove("typing");
      frame ||= requestAnimationFrame(draw);
    },
    finish(id, sources = [], rating) {
      box.classList.remove("typing");
      draw();
      change(() => {
        cite(box, sources);
        if (id && !agent) box.append(actions(it, id, rating));
      });
    },
    wait() {
      box.classList.add("typing");
      body.replaceChildren(dots());
    },
  };
  if (text) draw();
  change(() => log.append(box), role == "user");
  return it;
}

export function dots(): HTMLElement {
  const it = el("span", "dots", el("i"), el("i"), el("i"));
  attr(it, "role", "img");
  attr(it, "aria-label", t(WORKING));
  return it;
}

function cite(box: HTMLElement, sources: any[]): void {
  const seen = new Set<string>();
  const items: HTMLElement[] = [];
  for (const source of Array.isArray(sources) ? sources : []) {
    const url = web(source?.url);
    if (!url || seen.has(url.href)) continue;
    seen.add(url.href);
    items.push(el("li", "", link(url, String(source.title || url.pathname))));
  }
  if (!items[0]) return;
  const summary = el("summary", "", t(SOURCES), el("b", "", items.length + ""));
  box.append(el("details", "sources", summary, el("ul", "", ...items)));
}

function link(url: URL, title: string): HTMLElement {
  const it = el("a", "", el("span", "", title), el("small", "", url.host));
  it.href = url.href;
  it.target = "_blank";
  it.rel = "noopener nofollow";
  return it;
}

function actions(it: Bubble, id: string, rating?: string): HTMLElement {
  const row = el("div", "acts");
  const rate = (word: string, comment?: string) =>
    call("api/chat/feedback", { messageId: id, rating: word, comment, visitorId: saved.visitor });
  const mark = (word: string) => {
    attr(up, "aria-pressed", word == "up");
    attr(down, "aria-pressed", word == "down");
  };
  const choose = (word: string) => {
    mark(word);
    it.box.querySelector(".comment")?.remove();
    rate(word).then(() => say(t(THANKS)), () => mark(""));
    if (word == "down") change(() => it.box.append(opinion((text) => rate("down", text))));
  };
  const up = button("up", HELPFUL, () => choose("up"), THUMB_ICON);
  const down = button("down", NOT_HELPFUL, () => choose("down"), THUMB_ICON);
  mark(rating ?? "");
  row.append(up, down);
  // Pages without TLS have no clipboard.
  if (navigator.clipboard) {
    const copy = button("copy", COPY, async () => {
      await navigator.clipboard.writeText(it.text);
      copy.replaceChildren(icon(TICK_ICON));
      label(copy, t(COPIED));
      say(t(COPIED));
    }, COPIES_ICON);
    row.append(copy);
  }
  return row;
}

function opinion(send: (text: string) => Promise<unknown>): HTMLElement {
  const area = el("textarea");
  area.maxLength = 2000;
  area.rows = 2;
  area.placeholder = t(COMMENT);
  attr(area, "aria-label", t(COMMENT));
  const submit = el("button", "main", t(SEND));
  const form = el("form", "comment card", area, el("div", "row", submit, button("plain", SKIP, () => form.remove())));
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = area.value.trim();
    if (text) send(text).then(() => form.replaceWith(el("p", "notice", t(THANKS))), () => {});
  };
  return form;
}
