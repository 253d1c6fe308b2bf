// What is typed: it is kept until it is sent, it is not too long, the field grows with it, and Escape closes the panel.

import { TOO_LONG } from "./strings.ts";
import { composer, el, ending, field, launcher, on, panel, save, saved, t, toggle } from "./tools.ts";

const LONGEST = 8_000;

export const isTooLong = (text: string) => [...text.trim()].length > LONGEST;

export const tooLong = () => t(TOO_LONG, LONGEST.toLocaleString());

function grow(): void {
  field.style.height = "";
  field.style.height = field.scrollHeight + "px";
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
on("message", grow);
on("open", grow);
field.addEventListener("input", () => {
  grow();
  save({ draft: field.value });
  composer.querySelector(".fault")?.remove();
  if (isTooLong(field.value)) composer.append(el("p", { className: "fault", role: "alert" }, tooLong()));
}, ending);
