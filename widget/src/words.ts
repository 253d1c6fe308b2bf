// The interface's words: English, unless the configuration brings others.

import { settings } from "./settings.ts";
import { english } from "./strings.ts";

// A word, with a value in place of its `{name}`.
export function t(word: number, value?: string | number): string {
  return `${settings.strings?.[word] || english[word]}`.replace(/{.+}/, () => value + "");
}
