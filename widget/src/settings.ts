// What the owner set, made safe: whatever is missing or impossible has a fallback.

import { t, speak } from "./words.ts";
import { ASSISTANT } from "./strings.ts";

export interface Settings {
  title: string;
  welcome: string;
  logo: unknown;
  starters: string[];
  left: boolean;
  x: number;
  y: number;
  radius: number;
  scheme: string;
  // The main colour, what is readable on it, and it as text on light and on dark.
  colors: string[];
  handoff: boolean;
  when: unknown[];
  fields: string[];
  leadTitle: string;
  consent: string;
  lang: string;
  rtl: boolean;
}

const text = (value: unknown, fallback = "") => (typeof value == "string" && value.trim() ? value : fallback);

const list = (value: unknown): any[] => (Array.isArray(value) ? value : []);

const within = (value: unknown, most: number, fallback: number) =>
  typeof value == "number" && value >= 0 && value <= most ? value : fallback;

export function settle(sent: any): Settings {
  const { widget = {}, colors = {}, lead_form: lead = {}, handoff, lang, dir, strings } = sent ?? {};
  speak(strings);
  const color = (value: unknown, fallback: string) => (/^#[\da-f]{6}$/i.test(value as string) ? (value as string) : fallback);
  const main = color(colors.accent, "#2f6f5e");
  return {
    title: text(widget.title, t(ASSISTANT)),
    welcome: text(widget.welcome),
    logo: widget.logo_url,
    starters: list(widget.starters).filter((one) => text(one)).slice(0, 6),
    left: widget.position == "left",
    x: within(widget.offset?.x, 500, 20),
    y: within(widget.offset?.y, 500, 20),
    radius: within(widget.radius, 40, 16),
    scheme: /^(light|dark)$/.test(widget.theme) ? widget.theme : "light dark",
    colors: [main, color(colors.on_accent, "#ffffff"), color(colors.light, main), color(colors.dark, "#7cc4b0")],
    handoff: handoff !== false,
    when: list(lead.when),
    fields: list(lead.fields).filter((one) => /^(name|email|phone)$/.test(one)),
    leadTitle: text(lead.title),
    consent: text(lead.consent),
    lang: text(lang, "en"),
    rtl: dir == "rtl",
  };
}
