// The interface's words: English, unless the configuration brings others.

import { english } from "./strings.ts";

let words: readonly unknown[] = [];

export function speak(sent: unknown): void {
  if (Array.isArray(sent)) words = sent;
}

export function t(name: number, value: string | number = ""): string {
  const word = words[name];
  return String((typeof word == "string" && word) || english[name]).replace(/\{\w+\}/, () => value + "");
}
