// What is remembered of the visitor: in the browser's storage, or in memory where that is blocked.

import { key, listen } from "./page.ts";

export interface Saved {
  visitor: string;
  token?: string | undefined;
  conversation?: string | undefined;
  // The newest message that the visitor has seen.
  seen?: string | undefined;
  // The answer that is being streamed.
  answer?: string | undefined;
  open?: boolean;
  asked?: boolean;
  // The name of the person who has the conversation; a blank one is a person, too.
  human?: string;
  // Contact details that go with the next message.
  details?: Record<string, string> | undefined;
  // True once contact details were given.
  lead?: boolean;
}

const place = "botplot:" + key;

export function unique(): string {
  // `randomUUID` is missing on pages without TLS.
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

export const blank = (): Saved => ({ visitor: unique() });

export let saved: Saved = blank();

function read(text: string | null): boolean {
  try {
    const found = JSON.parse(text!);
    if (typeof found.visitor != "string") return false;
    saved = found;
    return true;
  } catch {
    return false;
  }
}

function attempt<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}

export function save(change: Partial<Saved>): void {
  saved = { ...saved, ...change };
  attempt(() => localStorage.setItem(place, JSON.stringify(saved)));
}

// Reads what there is, and calls `changed` when another tab writes.
export function load(changed: (before: Saved) => void): void {
  read(attempt(() => localStorage.getItem(place)) ?? null);
  listen(window, "storage", (event: StorageEvent) => {
    const before = saved;
    if (event.key == place && read(event.newValue)) changed(before);
  });
}

// The text that is not sent yet outlives a reload, in this tab.
export function keepDraft(text: string): void {
  attempt(() => sessionStorage.setItem(place, text));
}

export function draft(): string {
  return attempt(() => sessionStorage.getItem(place)) ?? "";
}
