// What is typed: it is kept until it is sent, it is not too long, the field grows with it, Escape closes the panel, and a
// person who is there sees that something comes.

import { TOO_LONG } from "./strings.ts";
import { call, composer, el, ending, field, launcher, on, panel, save, saved, t, toggle } from "./tools.ts";

const LONGEST = 8_000;

export const isTooLong = (text: string) => [...text.trim()].length > LONGEST;

export const tooLong = () => t(TOO_LONG, LONGEST.toLocaleString());

function grow(): void {
  field.style.height = "";
  field.style.height = field.scrollHeight + "px";
}

// When it was last said that the visitor types; holds for five seconds there.
let said = 0;
let types = false;

function tell(typing: boolean): void {
  const { conversation, asked, human, visitor } = saved;
  const now = Date.now();
  if (!conversation || !(asked || human) || (typing ? now - said < 3000 : !types)) return;
  types = typing;
  said = now;
  // A server from before this does not know the address: it is not asked again.
  call("api/chat/typing", { conversationId: conversation, visitorId: visitor, typing }).catch(() => (said = 1 / 0));
}

panel.addEventListener("keydown", (event) => {
  // The page's own shortcuts must not react to what is typed here.
  event.stopPropagation();
  if (event.key == "Escape" && !event.isComposing && launcher) {
    event.preventDefault();
    toggle(false);
    launcher.focus();
  }
});

field.value ||= saved.draft ?? "";
grow();
on("message", ({ role }) => {
  grow();
  if (role == "user") tell(false);
});
on("open", grow);
field.addEventListener("input", () => {
  grow();
  save({ draft: field.value });
  tell(!!field.value.trim());
  composer.querySelector(".fault")?.remove();
  if (isTooLong(field.value)) composer.append(el("p", { className: "fault", role: "alert" }, tooLong()));
}, ending);
