// Markdown as DOM nodes: nothing here parses HTML, and every rule costs time in proportion to the text, whatever it says.

import { el, web } from "./dom.ts";

// How a line begins: a fence, a heading, a quote, a rule, or an item of a list, with its number.
const BLOCK = /^\s*(?:(`{3,})|(#{1,6}\s)|(> ?)|(([-*_])(?:\s*\5){2,}\s*$)|((?:[-*+]|(\d{1,9})[.)])(?:\s+|$)))/;

// An escaped sign, code, emphasis, a link or picture, an address; then what is text after all, and the end of a line.
const SPAN =
  /\\([^\w\s]|_)|(`+)|(?![*_]{4})(\*\*?|__?)|!?\[((?:[^[\]]|\[[^[\]]*\])*)\]\(<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s[^()]*)?(?:\)|$)|(https?:\/\/(?:[^\s()<>"`]|\([^\s()]*\))+(?<![.,:;!?*_'\]]))|[*_]+|\n|<br ?\/?>/g;

// All of the text: what is open where it ends may still be closed.
let whole = "";

// Shows the text in place of what `into` holds; it may be the beginning of a longer one.
export function render(text: string, into: Element): void {
  whole = text.trimEnd();
  into.replaceChildren();
  blocks(text.split(/\r?\n/), into, 5);
  into.normalize();
}

function add<K extends keyof HTMLElementTagNameMap>(kind: K, into: Element): HTMLElementTagNameMap[K] {
  const it = el(kind);
  into.append(it);
  return it;
}

// `depth`: how many lists and quotes may still stand within each other. `tight`: the first paragraph is the item's own text.
function blocks(lines: string[], into: Element, depth: number, tight?: boolean): void {
  const begin = (line = "") => (depth ? BLOCK.exec(line) : null);
  const isTable = (at: number) => {
    const next = lines[at + 1];
    return lines[at].includes("|") && (next == null ? lines[at][0] == "|" : /^[\s:-]*\|[\s|:-]*$/.test(next));
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    const body: string[] = [];
    let found = begin(line);
    if (found) {
      const [all, fence, heading, quote, rule, , , number] = found;
      if (fence) {
        while (++at < lines.length && !lines[at].trim().startsWith(fence)) body.push(lines[at]);
        add("code", add("pre", into)).append(body.join("\n"));
        at++;
      } else if (heading) {
        // A real heading would break into the order of the host page's.
        spans(line.slice(all.length), add("strong", add("p", into)));
        at++;
      } else if (quote) {
        for (; begin(lines[at])?.[3]; at++) body.push(lines[at].replace(BLOCK, ""));
        blocks(body, add("blockquote", into), depth - 1);
      } else if (rule) {
        add("hr", into);
        at++;
      } else {
        const list = add(number ? "ol" : "ul", into);
        if (number) list.setAttribute("start", number);
        while (found?.[6] && !found[7] == !number) {
          const { length } = found[0];
          const item = [lines[at].slice(length)];
          for (found = null; ++at < lines.length; item.push(lines[at].replace(RegExp(`^\\s{0,${length}}`), ""))) {
            const next = lines[at];
            if (next.trim() && next.search(/\S/) <= line.search(/\S/)) {
              found = begin(next);
              if (found || !lines[at - 1].trim()) break;
            }
          }
          blocks(item, add("li", list), depth - 1, true);
        }
      }
    } else if (isTable(at)) {
      const table = add("table", into);
      for (let cell: "th" | "td" = "th"; lines[at]?.includes("|"); cell = "td") {
        const row = add("tr", table);
        for (const text of lines[at].trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/)) spans(text.trim(), add(cell, row));
        at += cell == "th" ? 2 : 1;
      }
    } else if (line.trim()) {
      do body.push(lines[at].trim());
      while (lines[++at]?.trim() && !begin(lines[at]) && !isTable(at));
      spans(body.join("\n"), tight && !into.firstChild ? into : add("p", into));
    } else at++;
  }
}

// What stands within a block; in a link there are no further ones.
function spans(text: string, into: Element, linked?: boolean): void {
  const tail = whole.endsWith(text.slice(text.lastIndexOf("\n") + 1));
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
  const emphasise = (mark: string, before: string, after: string) => {
    const word = /[\p{L}\p{N}]/u;
    // `***` closes the inner one first.
    if (after == mark[1] && open.at(-1)?.[0] == after) {
      mark = after;
      from--;
    }
    const index = open.findIndex((one) => one[0] == mark);
    if (index >= 0 && before.trim() && !(mark[0] == "_" && word.test(after))) {
      cut(index + 1);
      open.pop();
      cut(index);
    } else if (after.trim() && (mark == "**" || !word.test(before))) {
      // Of two beginnings the later one counts.
      if (index >= 0) cut(index);
      here = add(mark[1] ? "strong" : "em", here);
      open.push([mark, here]);
    } else here.append(mark);
  };

  SPAN.lastIndex = 0;
  for (let found; (found = SPAN.exec(text)); SPAN.lastIndex = from) {
    const [all, escaped, ticks, mark, label, target, address] = found;
    here.append(text.slice(from, found.index));
    from = SPAN.lastIndex;
    const url = web(target ?? address);
    const isCut = label != null && !all.endsWith(")");
    if (escaped) here.append(escaped);
    else if (ticks) {
      let end = text.indexOf(ticks, from);
      if (end < 0 && tail) end = text.length;
      if (end < 0) here.append(ticks);
      else {
        add("code", here).append(text.slice(from, end));
        from = end + ticks.length;
      }
    } else if (mark) emphasise(mark, text[found.index - 1] ?? "", text[from] ?? "");
    else if (linked || (isCut && tail)) here.append(label ?? all);
    else if (url && !isCut) {
      const a = add("a", here);
      a.href = url.href;
      a.target = "_blank";
      a.rel = "noopener";
      spans(label ?? address, a, true);
      if (!a.textContent!.trim()) a.append(url.href);
    } else if (/^[\n<]/.test(all)) add("br", here);
    else here.append(all);
  }
  here.append(text.slice(from));
  if (tail && open[0]?.[0] == "**") open.shift();
  cut(0);
}
