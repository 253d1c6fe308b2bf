// Elements without HTML: nothing here, or above it, parses markup.

type Names = HTMLElementTagNameMap;

// An element with a class, or with properties.
export function el<K extends keyof Names>(kind: K, its: string | object = "", ...children: (Node | string)[]): Names[K] {
  const it = document.createElement(kind);
  Object.assign(it, typeof its == "string" ? { className: its } : its);
  it.append(...children);
  return it;
}

export function icon(path: string): SVGElement {
  const [svg, line] = ["svg", "path"].map((kind) => document.createElementNS("http://www.w3.org/2000/svg", kind));
  svg!.setAttribute("viewBox", "0 0 24 24");
  line!.setAttribute("d", path);
  svg!.append(line!);
  return svg as SVGElement;
}

export function label(it: HTMLElement, text: string): void {
  it.title = it.ariaLabel = text;
}

export function button(className: string, text: string, onclick: () => unknown, path?: string): HTMLButtonElement {
  const it = el("button", { className, onclick, type: "button" }, path ? icon(path) : text);
  if (path) label(it, text);
  return it;
}

// An address that may be linked to, or nothing.
export function web(address: unknown): URL | undefined {
  try {
    const url = new URL(address as string);
    if (/^(https?|mailto|tel):$/.test(url.protocol)) return url;
  } catch {
    // It is no address, so there is nothing to link to.
  }
  return undefined;
}
