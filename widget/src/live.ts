// What happens in a conversation beside its answers, heard while a person is asked for or has it.

import { call, read, type Problem } from "./net.ts";
import { isOpen } from "./panel.ts";
import { ending, later } from "./page.ts";
import { saved } from "./store.ts";

export interface Ears {
  // The stream is open: nothing is missed from now on.
  ready(): void;
  heard(event: any): void;
}

let stream: AbortController | undefined;
let subject: string | undefined;
let last = "";

const wanted = () =>
  !!saved.conversation && !document.hidden && !ending.signal.aborted && (isOpen() || saved.asked || !!saved.human);

// Opens or closes the stream, as things are now.
export function tune(ears: Ears): void {
  if (stream && (!wanted() || subject != saved.conversation)) {
    stream.abort();
    stream = undefined;
  }
  if (stream || !wanted()) return;
  if (subject != saved.conversation) last = "";
  subject = saved.conversation;
  stream = new AbortController();
  hear(ears, stream.signal);
}

async function hear(ears: Ears, signal: AbortSignal): Promise<void> {
  for (let pause = 1000; !signal.aborted && !ending.signal.aborted; pause = Math.min(pause * 2, 30_000)) {
    try {
      const path = "api/chat/events?conversationId=" + subject;
      const reply = await call(path, undefined, last ? { "last-event-id": last } : {}, signal);
      if (!last) ears.ready();
      pause = 500;
      await read(reply, (event, id) => {
        if (signal.aborted) return;
        last = id || last;
        if (event.type) ears.heard(event);
      });
    } catch (error) {
      const { status = 500 } = error as Problem;
      // It is not there, or not for us; the next message will tell.
      if (status < 500 && status != 429) return;
    }
    await later(pause * (0.5 + Math.random()));
  }
}
