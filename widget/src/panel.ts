// The launcher and the panel: what they are made of, how they open, close and scroll.

import { ARROW_ICON, CHAT_ICON, CHEVRON_ICON, CROSS_ICON, PENCIL_ICON, PERSON_ICON, SQUARE_ICON } from "./icons.ts";
import { attr, button, el, icon, label, web } from "./dom.ts";
import { ending, inline, listen, tag } from "./page.ts";
import { draft } from "./store.ts";
import { CLOSE, LOG, MESSAGE, NEW_CHAT, OPEN, PERSON, SEND, STOP, UNREAD } from "./strings.ts";
import { t } from "./words.ts";
import type { Settings } from "./settings.ts";

export interface Acts {
  toggled(open: boolean): void;
  send(): void;
  stop(): void;
  typed(): void;
  person(): void;
  renew(): void;
}

declare const CSS: string;

export const host = el("div");
export let panel: HTMLElement;
export let log: HTMLElement;
export let field: HTMLTextAreaElement;
export let composer: HTMLFormElement;
export let newChat: HTMLButtonElement;
export let person: HTMLButtonElement;
export let subtitle: HTMLElement;
let launcher: HTMLButtonElement;
let badge: HTMLElement;
let spoken: HTMLElement;
let toggled: Acts["toggled"];

const small = matchMedia("(max-width:480px),(max-height:400px)");

export const isOpen = () => inline || (panel as HTMLDialogElement).open;

// The launcher comes first, and alone: it is all that a page has to paint.
export function paint(set: Settings, acts: Acts): void {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  const body = el("div", set.left ? "w left" : "w");
  body.lang = set.lang;
  body.dir = set.rtl ? "rtl" : "ltr";
  body.style.colorScheme = set.scheme;
  set.colors.forEach((color, i) => body.style.setProperty("--" + "aolk"[i], color));
  (["x", "y", "radius"] as const).forEach((it) => body.style.setProperty("--" + it, set[it] + "px"));
  attr(host, "data-botplot", inline ? "inline" : "");
  root.append(body);
  toggled = acts.toggled;
  build(set, acts);
  body.append(panel);
  if (!inline) {
    badge = el("span", "badge");
    badge.hidden = true;
    launcher = button("launcher", OPEN, () => (isOpen() ? closePanel() : openPanel()), CHAT_ICON);
    launcher.append(icon(CHEVRON_ICON), badge);
    attr(launcher, "aria-expanded", false);
    attr(launcher, "aria-haspopup", "dialog");
    body.append(launcher);
  }
  mount();
  const there = new MutationObserver(mount);
  there.observe(document.documentElement, { childList: true });
  there.observe(document.body, { childList: true });
  ending.signal.addEventListener("abort", () => {
    there.disconnect();
    host.remove();
  });
}

// Single-page apps may replace the body under the widget.
function mount(): void {
  if (host.isConnected) return;
  const target = inline && tag?.dataset.target && document.querySelector(tag.dataset.target);
  if (target) target.append(host);
  else if (inline && tag?.isConnected) tag.after(host);
  else document.body.append(host);
}

function build(set: Settings, acts: Acts): void {
  const title = el("h2", "title", set.title);
  subtitle = el("span", "sub");
  newChat = button("new", NEW_CHAT, acts.renew, PENCIL_ICON);
  const head = el("header", "head", picture(set), el("div", "names", title, subtitle), newChat);
  log = el("div", "log");
  attr(log, "role", "log");
  // Tokens are no news: what is finished is spoken by the status.
  attr(log, "aria-live", "off");
  attr(log, "aria-label", t(LOG));
  log.tabIndex = 0;
  composer = compose(acts);
  person = button("person", PERSON, acts.person);
  person.prepend(icon(PERSON_ICON));
  person.hidden = !set.handoff;
  spoken = el("div", "status sr");
  attr(spoken, "role", "status");
  panel = el(inline ? "section" : "dialog", inline ? "panel inline" : "panel", head, log, composer, person, spoken);
  attr(panel, "aria-label", set.title);
  panel.tabIndex = -1;
  if (inline) return;
  head.append(button("close", CLOSE, closePanel, CROSS_ICON));
  listen(panel, "close", () => isOpen() || closed());
  listen(panel, "keydown", (event: KeyboardEvent) => {
    // The host page's own shortcuts must not react to what is typed here.
    event.stopPropagation();
    if (event.key == "Escape" && !event.isComposing) {
      event.preventDefault();
      closePanel();
    }
  });
  listen(small, "change", () => {
    if (isOpen()) {
      (panel as HTMLDialogElement).close();
      show();
    }
  });
  // A phone's keyboard covers the page without making it smaller.
  if (visualViewport) for (const event of ["resize", "scroll"]) listen(visualViewport, event, fit);
}

function fit(): void {
  panel.style.setProperty("--vh", visualViewport!.height + "px");
  panel.style.setProperty("--vt", visualViewport!.offsetTop + "px");
}

function picture(set: Settings): Element {
  const logo = web(set.logo);
  if (!logo) return el("span", "logo", icon(CHAT_ICON));
  const image = el("img", "logo");
  image.alt = "";
  image.src = logo.href;
  image.onerror = () => image.replaceWith(el("span", "logo", icon(CHAT_ICON)));
  return image;
}

function compose(acts: Acts): HTMLFormElement {
  field = el("textarea");
  field.rows = 1;
  field.placeholder = t(MESSAGE);
  field.value = draft();
  attr(field, "aria-label", t(MESSAGE));
  field.oninput = () => {
    grow();
    acts.typed();
  };
  field.onkeydown = (event) => {
    if (event.key != "Enter" || event.shiftKey || event.isComposing || event.keyCode == 229) return;
    event.preventDefault();
    acts.send();
  };
  const send = button("send", SEND, acts.send, ARROW_ICON);
  const form = el("form", "composer", field, send, button("stop", STOP, acts.stop, SQUARE_ICON));
  form.onsubmit = (event) => event.preventDefault();
  return form;
}

export function grow(): void {
  field.style.setProperty("height", "auto");
  field.style.setProperty("height", field.scrollHeight + 2 + "px");
}

function show(): void {
  const dialog = panel as HTMLDialogElement;
  if (small.matches) dialog.showModal();
  else dialog.show();
  grow();
}

// `quietly` leaves the focus where it is, as when a page opens with the panel open.
export function openPanel(quietly = false): void {
  if (isOpen() || (quietly && small.matches)) return;
  if (quietly) attr(panel, "open", "");
  else {
    show();
    focusPanel();
  }
  toggle(true);
  bottom(true);
}

// On touch screens the field would bring up the keyboard.
export function focusPanel(): void {
  (composer.hidden || !matchMedia("(hover:hover)").matches ? panel : field).focus({ preventScroll: true });
}

export function closePanel(): void {
  if (inline || !isOpen()) return;
  const inside = panel.matches(":focus-within");
  (panel as HTMLDialogElement).close();
  closed();
  if (inside) launcher.focus({ preventScroll: true });
}

function closed(): void {
  if (launcher.ariaExpanded == "true") toggle(false);
}

function toggle(open: boolean): void {
  attr(launcher, "aria-expanded", open);
  label(launcher, t(open ? CLOSE : OPEN));
  toggled(open);
}

export function unread(count: number): void {
  if (inline) return;
  badge.textContent = count > 9 ? "9+" : count + "";
  badge.hidden = !count;
  if (!isOpen()) label(launcher, t(OPEN) + (count ? ", " + t(UNREAD, count) : ""));
}

// Speaks to screen readers.
export function say(text: string): void {
  spoken.textContent = text;
}

export function busy(on: boolean): void {
  composer.classList.toggle("busy", on);
}

const near = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

// Changes the log; whoever reads further up is left there.
export function change(what: () => void, always = false): void {
  const stay = !always && !near();
  what();
  if (!stay) bottom(true);
}

export function bottom(now: boolean): void {
  if (now) log.scrollTop = log.scrollHeight;
}
