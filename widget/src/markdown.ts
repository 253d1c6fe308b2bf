// Markdown as DOM nodes: nothing here parses HTML, and every rule costs time in proportion to the text, whatever it says.

import { el, web } from "./dom.ts";

// How a line begins: a fence, a heading, a quote, a rule, or an item of a list, with its number.
const BLOCK = /^\s*(?:(`{3,})[^`]*$|(#{1,6}\s)|(> ?)|(([-*_])(?:\s*\5){2,}\s*$)|((?:[-*+]|(\d{1,9})[.)])(?:\s+|$)))/;

// An escaped sign, code, emphasis, a link or picture, an address; then what is text after all, and the end of a line.
const SPAN =
  /\\([^\w\s]|_)|(`+)|(?![*_]{4})(\*\*?|__?)|!?\[((?:[^[\]]|\[[^[\]]*\])*)\]\(<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s[^()]*)?(\)|$)|(https?:(?:[^\s()<>"`]|\([^\s()]*\))+(?<![.,:;!?*_'\]]))|[*_]+|\n|<br ?\/?>/g;

// All of the text: what is open where it ends may still be closed.
let whole = "";

// Shows the text in place of what `into` holds; it may be the beginning of a longer one.
export function render(text: string, into: Element): void {
  whole = text.trimEnd();
  into.replaceChildren();
  blocks(text.split(/\r?\n/), into, 5);
}

function add(kind: keyof HTMLElementTagNameMap, into: Element, its: object = {}): Element {
  const it = el(kind, its);
  into.append(it);
  return it;
}

// `depth`: how many lists and quotes may still stand within each other. `tight`: the first paragraph is the item's own text.
function blocks(lines: string[], into: Element, depth: number, tight?: boolean): void {
  let at = 0;
  let line;
  const begin = () => (depth ? BLOCK.exec(lines[at] ?? "") : null);
  const isTable = () => {
    const [line = "", next] = lines.slice(at, at + 2);
    return line.includes("|") && (next == null ? line[0] == "|" : /^[\s|:-]+$/.test(next));
  };
  while ((line = lines[at]) != null) {
    const body: string[] = [];
    let found = begin();
    if (isTable()) {
      const table = add("table", into, { tabIndex: 0 });
      for (let cell: "th" | "td" = "th"; lines[at]?.includes("|"); cell = "td") {
        const row = add("tr", table);
        for (const text of lines[at].trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/)) spans(text.trim(), add(cell, row));
        at += cell == "th" ? 2 : 1;
      }
    } else if (found) {
      const [all, fence, heading, quote, rule, , item, number] = found;
      if (item) {
        const list = add(number ? "ol" : "ul", into, { start: number });
        while (found?.[6] && !found[7] == !number) {
          const { length } = found[0];
          const inner = [lines[at].slice(length)];
          for (found = null; ++at < lines.length; inner.push(lines[at].replace(RegExp(`^\\s{0,${length}}`), ""))) {
            const next = lines[at];
            if (next.trim() && next.search(/\S/) <= line.search(/\S/)) {
              found = begin();
              if (found || !lines[at - 1].trim()) break;
            }
          }
          blocks(inner, add("li", list), depth - 1, true);
        }
      } else if (quote) {
        for (; begin()?.[3]; at++) body.push(lines[at].replace(BLOCK, ""));
        blocks(body, add("blockquote", into), depth - 1);
      } else {
        at++;
        if (rule) add("hr", into);
        // A real heading would break into the order of the host page's.
        else if (heading) spans(line.slice(all.length), add("strong", add("p", into)));
        else {
          for (; at < lines.length && !lines[at].trim().startsWith(fence); at++) body.push(lines[at]);
          at++;
          add("code", add("pre", into, { tabIndex: 0 })).append(body.join("\n"));
        }
      }
    } else if (line.trim()) {
      do body.push(lines[at++].trim());
      while (lines[at]?.trim() && !begin() && !isTable());
      spans(body.join("\n"), tight && !into.firstChild ? into : add("p", into));
    } else at++;
  }
}

// What stands within a block; in a link there are no further ones.
function spans(text: string, into: Element, linked?: boolean): void {
  const tail = whole.endsWith(text);
  // Emphasis that is open, outermost first.
  const open: [mark: string, it: Element][] = [];
  let here = into;
  let from = 0;
  // Leaves only so many open: what was never closed is text.
  const cut = (count: number) => {
    while (open[count]) {
      const [mark, it] = open.pop()!;
      it.replaceWith(mark, ...it.childNodes);
    }
    here = open[count - 1]?.[1] ?? into;
  };

  SPAN.lastIndex = 0;
  for (let found; (found = SPAN.exec(text)); SPAN.lastIndex = from) {
    let [all, escaped, ticks, mark, label, target, end, address] = found;
    const before = text[found.index - 1] ?? " ";
    here.append(text.slice(from, found.index));
    from = SPAN.lastIndex;
    const after = text[from] ?? " ";
    const url = end != "" && web(target ?? address);
    if (ticks) {
      let close = text.indexOf(ticks, from);
      if (close < 0 && tail) close = text.length;
      if (close < 0) here.append(ticks);
      else {
        add("code", here).append(text.slice(from, close));
        from = close + ticks.length;
      }
    } else if (mark) {
      // `***` closes the inner one first.
      if (after == mark[1] && open.at(-1)?.[0] == after) {
        mark = after;
        from--;
      }
      const index = open.findIndex((one) => one[0] == mark);
      if (index >= 0 && before.trim() && !(mark[0] == "_" && /\w/.test(after))) {
        cut(index + 1);
        open.pop();
        cut(index);
      } else if (after.trim() && (mark == "**" || !/\w/.test(before))) {
        // Of two beginnings the later one counts.
        if (index >= 0) cut(index);
        here = add(mark[1] ? "strong" : "em", here);
        open.push([mark, here]);
      } else here.append(mark);
    } else if (url && !linked) {
      const a = add("a", here, { href: url.href, target: "_blank", rel: "noopener" });
      spans(label ?? address, a, true);
      if (!a.textContent!.trim()) a.append(url.href);
    } else if (/^[\n<]/.test(all)) add("br", here);
    else here.append(escaped ?? (linked || (end == "" && tail) ? (label ?? all) : all));
  }
  here.append(text.slice(from));
  if (tail && open[0]?.[0] == "**") open.shift();
  cut(0);
}
