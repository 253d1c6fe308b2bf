// A line of the log that nobody wrote.

import { el, put, say } from "./tools.ts";

export function notice(text: string): void {
  put(el("p", "notice", text));
  say(text);
}
