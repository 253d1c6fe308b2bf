// What happens in a conversation beside its answers, as it happens: what a person writes, who has it, who is typing.

import { call, ending, isOpen, listen, saved } from "./tools.ts";

let stream: AbortController | undefined;
let subject: string | undefined;

// Opens or closes the stream, as things are now; `ready` says that nothing is missed from now on.
export function tune(ready: () => void, heard: (event: any) => void): void {
  const { conversation, asked, human } = saved;
  // A page that nobody looks at needs none, and a browser has few connections to a server.
  const wanted = conversation && !document.hidden && !ending.signal.aborted && (asked || human || isOpen());
  if (wanted && subject == conversation && stream) return;
  stream?.abort();
  stream = undefined;
  if (!wanted) return;
  subject = conversation;
  stream = new AbortController();
  hear(stream.signal, ready, heard);
}

const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function hear(signal: AbortSignal, ready: () => void, heard: (event: any) => void): Promise<void> {
  const path = "api/chat/events?conversationId=" + subject;
  let last = "";
  for (let pause = 1000; !signal.aborted; pause = Math.min(pause * 2, 30_000)) {
    try {
      const reply = await call(path, undefined, last ? { "last-event-id": last } : {}, signal);
      if (!last) ready();
      pause = 500;
      await listen(reply, (event, id) => {
        last = id || last;
        if (!signal.aborted) heard(event);
      });
    } catch (error) {
      const { status = 500 } = error as { status?: number };
      // It is not there, or not for us; the next message will tell.
      if (status < 500 && status != 429) return;
    }
    await later(pause * (0.5 + Math.random()));
  }
}
