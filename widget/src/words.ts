// The interface's words: English, unless the configuration brings others.

import { english } from "./strings.ts";

// What the configuration brought.
let words: string[] = [];

// Takes the words that the rest of the widget brings along.
export function learn(more: string[]): void {
  english.push(...more);
}

export function speak(sent: unknown): void {
  if (Array.isArray(sent)) words = sent;
}

// A word, with a value in place of its `{name}`.
export function t(word: number, value?: string | number): string {
  return `${words[word] || english[word]}`.replace(/{.+}/, () => value + "");
}
