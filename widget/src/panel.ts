// The launcher and the panel: what they are made of, how they open, close and scroll.

import { CHAT_ICON, CHEVRON_ICON, CROSS_ICON } from "./icons.ts";
import { button, el, icon, label, web } from "./dom.ts";
import { ending, inline, mode, tag, target } from "./page.ts";
import { CLOSE, MESSAGE, OPEN } from "./strings.ts";
import { settings } from "./settings.ts";
import { t } from "./words.ts";

declare const CSS: string;

export const log = el("div", { className: "log", role: "log", ariaLive: "off", tabIndex: 0 });
export const field = el("textarea", { rows: 1 });
export const composer = el("form", "composer", field);
export const panel = el(inline ? ("section" as "dialog") : "dialog", inline ? "panel inline" : "panel");
export const host = el("div");
// Nothing inline.
export let launcher: HTMLElement;

const isSmall = () => matchMedia("(max-width:480px),(max-height:400px)").matches;

export const isOpen = () => inline || panel.open;

// Builds everything; `toggled` hears of every opening and closing.
export function paint(toggled: (open: boolean) => void, below: HTMLElement): void {
  const { widget = {}, colors = {}, lang = "en", dir } = settings;
  const title = widget.title || t(OPEN);
  const logo = web(widget.logo_url);
  const set = (name: string, value: string) => body.style.setProperty(name, value);
  const size = (name: string, value: any, fallback: number) => set(name, (value >= 0 && value <= 500 ? value : fallback) + "px");
  const sheet = new CSSStyleSheet();
  const body = el("div", { className: "w " + widget.position, lang, dir }, panel);
  field.placeholder = field.ariaLabel = t(MESSAGE);
  log.ariaLabel = panel.ariaLabel = title;
  const head = el(
    "header",
    "head",
    logo ? el("img", { className: "logo", alt: "", src: logo }) : el("span", "logo", icon(CHAT_ICON)),
    el("h2", "title", title),
  );
  panel.append(head, log, composer, below);
  if (!inline) {
    head.append(button("close", t(CLOSE), () => toggle(), CROSS_ICON));
    launcher = button("launcher", t(OPEN), () => toggle(), CHAT_ICON);
    launcher.append(icon(CHEVRON_ICON));
    launcher.ariaExpanded = "false";
    body.append(launcher);
    turned = () => {
      const open = isOpen();
      launcher.ariaExpanded = open + "";
      label(launcher, t(open ? CLOSE : OPEN));
      log.scrollTop = 1e9;
      toggled(open);
    };
    panel.onclose = turned;
  }
  for (const name of ["accent", "on_accent", "light", "dark"]) if (/^#\w{6}$/.test(colors[name])) set("--" + name, colors[name]);
  if (/^(dark|light)$/.test(widget.theme)) set("color-scheme", widget.theme);
  size("--x", widget.offset?.x, 20);
  size("--y", widget.offset?.y, 20);
  size("--r", widget.radius, 16);
  sheet.replaceSync(CSS);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(body);
  host.dataset.botplot = mode ?? "";
  mount();
  // Single-page apps may replace the body under the widget.
  new MutationObserver(mount).observe(document, { childList: true, subtree: true });
}

let turned: () => void;

function mount(): void {
  if (!host.isConnected && !ending.signal.aborted) ((inline && (document.querySelector(target!) ?? tag.parentElement)) || document.body).append(host);
}

// `quietly` leaves the focus where it is, as when a page begins with the panel open.
export function toggle(open: unknown = !isOpen(), quietly = false): void {
  if (inline || open == isOpen() || (quietly && isSmall())) return;
  if (!open) return panel.close();
  if (quietly) panel.setAttribute("open", "");
  else if (isSmall()) panel.showModal();
  else panel.show();
  if (!quietly) focusField();
  turned();
}

// On touch screens the field would bring up the keyboard.
export function focusField(): void {
  (matchMedia("(hover:hover)").matches ? field : panel).focus();
}

// Changes the log; whoever reads further up is left there.
export function change(what: () => void, always = false): void {
  const follow = always || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  what();
  if (follow) log.scrollTop = 1e9;
}

export function put(it: HTMLElement, always = false): void {
  change(() => log.append(it), always);
}
