// What is remembered of the visitor: in the browser's storage, or in memory where that is blocked.

import { key } from "./page.ts";

export interface Saved {
  visitor: string;
  token?: string | undefined;
  conversation?: string | undefined;
  // The newest message that the visitor has seen.
  seen?: string | undefined;
  // The answer that is being streamed.
  answer?: string | undefined;
  // What is typed, or sent and not known to be stored.
  draft?: string;
  open?: boolean;
  // True when a person was asked for.
  asked?: boolean;
  // The name of the person who has the conversation; a blank one is a person, too.
  human?: string;
  // Contact details that go with the next message.
  details?: Record<string, string> | undefined;
  // True once contact details were given.
  lead?: boolean;
}

const place = "botplot:" + key;

// `randomUUID` is missing on pages without TLS.
export const unique = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

export const saved: Saved = { visitor: unique() };

// Takes what another tab wrote.
export function recall(): void {
  try {
    Object.assign(saved, JSON.parse(localStorage.getItem(place)!));
  } catch {
    // There is nothing to recall.
  }
}

export function save(change: Partial<Saved>): void {
  recall();
  Object.assign(saved, change);
  try {
    localStorage.setItem(place, JSON.stringify(saved));
  } catch {
    // It is kept in memory.
  }
}

recall();
