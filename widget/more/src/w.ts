// Begins the rest of the widget, and says what it can do.

import "./english.ts";
import { api } from "./api.ts";
import { dress } from "./answers.ts";
import { failed } from "./failed.ts";
import { form } from "./lead.ts";
import { follow } from "./past.ts";
import { arrived, askPerson, seen, stand, tuned, unread } from "./people.ts";

import "./typing.ts";
import type { Turn } from "./tools.ts";
import { call, chips, emit, ending, host, isOpen, on, ready, saved, say } from "./tools.ts";

declare const CSS: string;

const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
host.shadowRoot!.adoptedStyleSheets.push(sheet);

addEventListener("storage", follow, ending);
document.addEventListener("visibilitychange", tuned, ending);
ending.signal.addEventListener("abort", tuned);
on("close", tuned);
on("open", () => {
  unread(0);
  seen();
  tuned();
});
follow();
if (isOpen()) tuned();

function finished({ answer, person }: Turn, last: any): void {
  const { text, box } = answer!;
  const { messageId, sources, suggestions, handoffRequested, refused } = last;
  const asks = handoffRequested && !saved.asked;
  if (text && arrived(messageId)) {
    dress(answer!, messageId, sources);
    say(box.querySelector(".text")!.textContent!);
    emit("message", { role: "assistant", text });
    emit("answer", { text, ...last });
  }
  chips("suggestions", suggestions);
  stand(last);
  // To ask again changes nothing, and brings what the visitor is to read now.
  if (asks || (person && !saved.asked && !saved.human)) askPerson();
  else if (refused) form("refusal");
}

function stop(sent: Turn | undefined): void {
  if (!sent) return;
  sent.stop = true;
  if (sent.id) call("api/chat/stop", { conversationId: saved.conversation }).catch(() => {});
}

ready({ api, askPerson, failed, finished, form, stand, stop });
