// What is typed: it is kept until it is sent, it is not too long, and the field grows with it.

import { TOO_LONG } from "./strings.ts";
import { composer, el, ending, field, on, save, saved, t } from "./tools.ts";

const LONGEST = 8_000;

export const isTooLong = (text: string) => [...text.trim()].length > LONGEST;

export const tooLong = () => t(TOO_LONG, LONGEST.toLocaleString());

function grow(): void {
  field.style.height = "";
  field.style.height = field.scrollHeight + "px";
}

field.value ||= saved.draft ?? "";
grow();
on("message", grow);
on("open", grow);
field.addEventListener("input", () => {
  grow();
  save({ draft: field.value });
  composer.querySelector(".fault")?.remove();
  if (isTooLong(field.value)) composer.append(el("p", { className: "fault", role: "alert" }, tooLong()));
}, ending);
