// The launcher and the panel: what they are made of, how they open, close and scroll.

import { ARROW_ICON, CHAT_ICON, CHEVRON_ICON, CROSS_ICON, SQUARE_ICON } from "./icons.ts";
import { button, el, icon, label, web } from "./dom.ts";
import { ending, inline, tag, target } from "./page.ts";
import { CLOSE, MESSAGE, OPEN, PERSON, SEND, STOP } from "./strings.ts";
import { speak, t } from "./words.ts";

declare const CSS: string;

export const log = el("div", { className: "log", role: "log", ariaLive: "off", tabIndex: 0 });
export const field = el("textarea", { rows: 1 });
export const composer = el("form", "composer", field);
const spoken = el("div", { className: "status sr", role: "status" });
export const panel = el(inline ? ("section" as "dialog") : "dialog", inline ? "panel inline" : "panel");
export const host = el("div");
export let head: HTMLElement;
export let person: HTMLElement;
export let launcher: HTMLElement;

const isSmall = () => matchMedia("(max-width:480px),(max-height:400px)").matches;

export const isOpen = () => inline || panel.open;

// Builds everything; `config` is what the server sent, or nothing.
export function paint(config: any, acts: Record<"send" | "stop" | "person" | "toggled", (open?: any) => void>): void {
  const { widget = {}, colors = {}, lang = "en", dir, strings } = config;
  speak(strings);
  const title = widget.title || t(OPEN);
  const logo = web(widget.logo_url);
  person = button("person", t(PERSON), acts.person);
  launcher = button("launcher", t(OPEN), toggle, CHAT_ICON);
  launcher.append(icon(CHEVRON_ICON));
  launcher.ariaExpanded = "false";
  field.placeholder = field.ariaLabel = t(MESSAGE);
  log.ariaLabel = panel.ariaLabel = title;
  composer.append(button("send", t(SEND), acts.send, ARROW_ICON), button("stop", t(STOP), acts.stop, SQUARE_ICON));
  head = el(
    "header",
    "head",
    logo ? el("img", { className: "logo", alt: "", src: logo }) : el("span", "logo", icon(CHAT_ICON)),
    el("h2", "title", title),
  );
  panel.append(head, log, composer, person, spoken);
  const body = el("div", { className: "w " + widget.position, lang, dir }, panel);
  if (!inline) {
    head.append(button("close", t(CLOSE), toggle, CROSS_ICON));
    body.append(launcher);
    panel.onclose = () => {
      launcher.ariaExpanded = "false";
      label(launcher, t(OPEN));
      acts.toggled(false);
    };
  }
  panel.onkeydown = (event) => {
    // The page's own shortcuts must not react to what is typed here.
    event.stopPropagation();
    if (event.key == "Escape" && !event.isComposing && !inline) {
      toggle();
      launcher.focus();
    }
  };
  opened = () => {
    launcher.ariaExpanded = "true";
    label(launcher, t(CLOSE));
    log.scrollTop = 1e9;
    acts.toggled(true);
  };
  const set = (name: string, value: string) => body.style.setProperty(name, value);
  const size = (name: string, value: any, fallback: number) => set(name, (value >= 0 && value <= 500 ? value : fallback) + "px");
  for (const name of ["accent", "on_accent", "light", "dark"]) if (/^#\w{6}$/.test(colors[name])) set("--" + name, colors[name]);
  size("--x", widget.offset?.x, 20);
  size("--y", widget.offset?.y, 20);
  size("--r", widget.radius, 16);
  if (/^(light|dark)$/.test(widget.theme)) set("color-scheme", widget.theme);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(body);
  host.dataset.botplot = inline ? "inline" : "";
  mount();
  // Single-page apps may replace the body under the widget.
  const there = new MutationObserver(mount);
  there.observe(document, { childList: true, subtree: true });
  ending.signal.onabort = () => {
    there.disconnect();
    host.remove();
  };
}

let opened: () => void;

function mount(): void {
  if (!host.isConnected) ((inline && (document.querySelector(target!) ?? tag.parentElement)) || document.body).append(host);
}

// `quietly` leaves the focus where it is, as when a page begins with the panel open.
export function toggle(open: unknown = !isOpen(), quietly = false): void {
  if (inline || open == isOpen()) return;
  if (!open) return panel.close();
  if (quietly) panel.setAttribute("open", "");
  else if (isSmall()) panel.showModal();
  else panel.show();
  if (!quietly) focusField();
  opened();
}

// On touch screens the field would bring up the keyboard.
export function focusField(): void {
  if (composer.hidden || !matchMedia("(hover:hover)").matches) panel.focus();
  else field.focus();
}

// Speaks to screen readers.
export function say(text: string): void {
  spoken.textContent = text;
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
