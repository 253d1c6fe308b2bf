// The bubbles of a conversation.

import { el } from "./dom.ts";
import { render } from "./markdown.ts";
import { change, put } from "./panel.ts";
import { ASSISTANT, WORKING, YOU } from "./strings.ts";
import { t } from "./words.ts";

export interface Bubble {
  box: HTMLElement;
  text: string;
  // Shows all of the text.
  draw(): void;
  // Shows more of it, with the next frame.
  more(token: string): void;
}

// A bubble of the visitor, of the bot, or of the person whom `agent` names; without text it has dots until there is some.
export function bubble(isUser: boolean, text: string, agent?: string): Bubble {
  const body = el("div", "text", text ? "" : dots());
  const who = el("span", agent ? "who" : "sr", agent || t(isUser ? YOU : ASSISTANT));
  const box = el("div", "message " + (isUser ? "user" : agent ? "bot agent" : "bot"), who, body);
  let frame = 0;
  const it: Bubble = {
    box,
    text,
    draw() {
      frame = 0;
      const fresh = el("div");
      if (isUser) fresh.append(it.text);
      else render(it.text, fresh);
      const [old, now] = [body.childNodes, [...fresh.childNodes]];
      let same = 0;
      change(() => {
        // What is the same stays, which is less work than to lay it out again, and keeps what is selected.
        while (old[same]?.isEqualNode(now[same]!)) same++;
        while (old[same]) old[same]!.remove();
        body.append(...now.slice(same));
      });
    },
    more(token) {
      it.text += token;
      frame ||= requestAnimationFrame(it.draw);
    },
  };
  if (text) it.draw();
  put(box, isUser);
  return it;
}

export function dots(): HTMLElement {
  return el("div", { className: "typing", role: "img", ariaLabel: t(WORKING) }, "•••");
}
