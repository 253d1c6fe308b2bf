// Begins the rest of the widget, and says what it can do.

import "./english.ts";
import { api } from "./api.ts";
import { dress } from "./answers.ts";
import { failed } from "./failed.ts";
import { form } from "./lead.ts";
import { followed, restore } from "./past.ts";
import { arrived, askPerson, seen, stand, tuned, unread } from "./people.ts";

import "./typing.ts";
import { ending, host, isOpen, on, ready, saved } from "./tools.ts";

declare const CSS: string;

const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
host.shadowRoot!.adoptedStyleSheets.push(sheet);

addEventListener("storage", followed, ending);
document.addEventListener("visibilitychange", tuned, ending);
ending.signal.addEventListener("abort", tuned);
on("close", tuned);
on("open", () => {
  unread(0);
  seen();
  tuned();
});
if (isOpen()) tuned();

function finished({ answer, person }: import("../../src/chat.ts").Turn, last: any): void {
  const asks = last.handoffRequested && !saved.asked;
  if (answer!.text && arrived(last.messageId)) dress(answer!, last.messageId, last.sources);
  stand(last);
  if (person && !saved.asked && !saved.human) askPerson();
  else if (asks) form("handoff");
  else if (last.refused) form("refusal");
}

ready({ api, askPerson, failed, finished, form, restore, stand });
