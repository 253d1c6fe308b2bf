// Elements without HTML: nothing here, or above it, parses markup.

import { t } from "./words.ts";

type Child = Node | string;

export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  names = "",
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const it = document.createElement(name);
  if (names) it.className = names;
  it.append(...children);
  return it;
}

export function attr(it: Element, name: string, value: string | number | boolean): void {
  it.setAttribute(name, value + "");
}

export function icon(path: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  attr(svg, "viewBox", "0 0 24 24");
  attr(svg, "aria-hidden", true);
  attr(line, "d", path);
  svg.append(line);
  return svg;
}

export function label(it: HTMLElement, text: string): void {
  it.title = text;
  attr(it, "aria-label", text);
}

// A button with words, or with a picture that the words name.
export function button(names: string, words: number | string, then: () => void, path?: string): HTMLButtonElement {
  const text = typeof words == "string" ? words : t(words);
  const it = el("button", names, path ? icon(path) : text);
  it.type = "button";
  it.onclick = then;
  if (path) label(it, text);
  return it;
}

// An address that may be linked to, or nothing.
export function web(address: unknown): URL | undefined {
  try {
    const url = new URL(address as string);
    if (/^https?:$/.test(url.protocol)) return url;
  } catch {
    // It is no address, so there is nothing to link to.
  }
  return undefined;
}
