// What stands below an answer: its sources, what the visitor thinks of it, copying.

import { COPIES_ICON, THUMB_ICON, TICK_ICON } from "./icons.ts";
import { card } from "./card.ts";
import { COMMENT, COPIED, COPY, HELPFUL, NOT_HELPFUL, SOURCES, THANKS } from "./strings.ts";
import type { Bubble } from "./tools.ts";
import { button, call, change, el, icon, label, say, t, web } from "./tools.ts";

export function dress(it: Bubble, id: string, sources: any[] = [], rating?: string): void {
  change(() => it.box.append(cite(sources), actions(it, id, rating)));
}

function cite(sources: any[]): HTMLElement | "" {
  const items = new Map<string, HTMLElement>();
  sources.forEach(({ title, url }, i) => {
    const link = web(url);
    const name = title || url;
    const place = link ? link.href : name;
    // The text names passages as [1], [2]: each page is shown once, under all of its numbers.
    const known = items.get(place);
    if (known) {
      known.querySelector("b")!.textContent += `, ${i + 1}`;
      return;
    }
    const number = el("b", "", i + 1 + "");
    const it = link
      ? el("a", { href: link, target: "_blank", rel: "noopener nofollow" }, number, name, el("small", "", link.host))
      : el("span", "", number, name);
    items.set(place, el("li", "", it));
  });
  if (!items.size) return "";
  const summary = el("summary", "", t(SOURCES), el("b", "", items.size + ""));
  return el("details", "sources", summary, el("ul", "", ...items.values()));
}

function actions(it: Bubble, messageId: string, rated?: string): HTMLElement {
  const mark = (rating?: string) => {
    up.ariaPressed = rating == "up" ? "true" : "false";
    down.ariaPressed = rating == "down" ? "true" : "false";
  };
  const rate = async (rating: string, comment?: string) => {
    mark(rating);
    try {
      await call("api/chat/feedback", { messageId, rating, comment });
      rated = rating;
      say(t(THANKS));
    } catch (error) {
      mark(rated);
      if (comment) throw error;
    }
  };
  const up = button("up", t(HELPFUL), () => rate("up"), THUMB_ICON);
  const down = button("down", t(NOT_HELPFUL), () => {
    rate("down");
    if (it.box.querySelector(".comment")) return;
    const comment = el("textarea", { name: "comment", maxLength: 2000, rows: 2, required: true, placeholder: t(COMMENT), ariaLabel: t(COMMENT) });
    const form = card("comment", [comment], (given) => rate("down", given.comment), () => form.replaceWith(el("p", "notice", t(THANKS))));
    change(() => it.box.append(form));
    comment.focus();
  }, THUMB_ICON);
  const copy = button("copy", t(COPY), async () => {
    await navigator.clipboard.writeText(it.text);
    copy.replaceChildren(icon(TICK_ICON));
    label(copy, t(COPIED));
    say(t(COPIED));
  }, COPIES_ICON);
  // Pages without TLS have no clipboard.
  copy.hidden = !navigator.clipboard;
  mark(rated);
  return el("div", "acts", up, down, copy);
}
