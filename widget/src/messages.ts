// The bubbles of a conversation: text, sources, what the visitor thinks of it.

import { button, el, icon, label, web } from "./dom.ts";
import { COPIES_ICON, THUMB_ICON, TICK_ICON } from "./icons.ts";
import { render } from "./markdown.ts";
import { call } from "./net.ts";
import { change, put, say } from "./panel.ts";
import { ASSISTANT, COMMENT, COPIED, COPY, HELPFUL, NOT_HELPFUL, SEND, SKIP, SOURCES, THANKS, WORKING, YOU } from "./strings.ts";
import { t } from "./words.ts";

export interface Bubble {
  box: HTMLElement;
  text: string;
  // Shows more of the text, with the next frame.
  more(token: string): void;
  // Shows all of it, with sources and buttons.
  finish(id?: string, sources?: any[], rating?: string): void;
}

export function notice(text: string): void {
  put(el("p", "notice", text));
  say(text);
}

// A bubble without text has dots until there is some.
export function bubble(role: "user" | "bot", text: string, who?: string): Bubble {
  const body = el("div", "text");
  const name = el("span", who ? "who" : "sr", who || t(role == "user" ? YOU : ASSISTANT));
  const box = el("div", `message ${role}${who ? " agent" : ""}`, name, body);
  let frame = 0;
  const draw = () => {
    frame = 0;
    change(() => (role == "user" ? body.append(it.text) : render(it.text, body)));
  };
  const it: Bubble = {
    box,
    text,
    more(token) {
      it.text += token;
      frame ||= requestAnimationFrame(draw);
    },
    finish(id, sources = [], rating) {
      draw();
      if (id) change(() => box.append(cite(sources), who ? "" : actions(it, id, rating)));
    },
  };
  if (text) draw();
  else body.append(dots());
  put(box, role == "user");
  return it;
}

export function dots(): HTMLElement {
  return el("div", { className: "typing", role: "img", ariaLabel: t(WORKING) }, el("i"), el("i"), el("i"));
}

function cite(sources: any[]): HTMLElement | "" {
  const items = new Map<string, HTMLElement>();
  for (const { title, url } of sources) {
    const link = web(url);
    const name = title || url;
    const it = link
      ? el("a", { href: link, target: "_blank", rel: "noopener nofollow" }, name, el("small", "", link.host))
      : el("span", "", name);
    items.set(link ? link.href : name, el("li", "", it));
  }
  if (!items.size) return "";
  return el("details", "sources", el("summary", "", t(SOURCES), el("b", "", items.size + "")), el("ul", "", ...items.values()));
}

function actions(it: Bubble, messageId: string, rated?: string): HTMLElement {
  const rate = async (rating: string, comment?: string) => {
    up.ariaPressed = rating == "up" ? "true" : "false";
    down.ariaPressed = rating == "down" ? "true" : "false";
    if (rating != rated || comment) await call("api/chat/feedback", { messageId, rating, comment });
    say(t(THANKS));
  };
  const up = button("up", t(HELPFUL), () => rate("up"), THUMB_ICON);
  const down = button("down", t(NOT_HELPFUL), () => {
    rate("down");
    it.box.querySelector(".comment") ?? change(() => it.box.append(opinion(rate)));
  }, THUMB_ICON);
  const copy = button("copy", t(COPY), async () => {
    await navigator.clipboard.writeText(it.text);
    copy.replaceChildren(icon(TICK_ICON));
    label(copy, t(COPIED));
    say(t(COPIED));
  }, COPIES_ICON);
  // Pages without TLS have no clipboard.
  copy.hidden = !navigator.clipboard;
  if (rated) rate(rated);
  return el("div", "acts", up, down, copy);
}

function opinion(rate: (rating: string, comment: string) => Promise<void>): HTMLElement {
  const text = el("textarea", { maxLength: 2000, rows: 2, placeholder: t(COMMENT), ariaLabel: t(COMMENT) });
  const form = card("comment", [text], async () => {
    await rate("down", text.value);
    form.replaceWith(el("p", "notice", t(THANKS)));
  });
  return form;
}

// A form in the log, with a button to send it and one to put it away.
export function card(names: string, parts: HTMLElement[], send: () => unknown, away?: () => void): HTMLFormElement {
  const skip = button("plain", t(SKIP), () => {
    form.remove();
    away?.();
  });
  const form = el("form", names + " card", ...parts, el("div", "row", el("button", "main", t(SEND)), skip));
  form.noValidate = true;
  form.onsubmit = (event) => {
    event.preventDefault();
    send();
  };
  return form;
}
