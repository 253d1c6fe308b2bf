// A small form in the log.

import { FAILED, SEND, SKIP } from "./strings.ts";
import { button, el, focusField, t } from "./tools.ts";

// `send` gets what was filled in; `done` is called when that is there, or `skipped` when it was put away.
export function card(
  names: string,
  parts: HTMLElement[],
  send: (given: Record<string, string>) => Promise<unknown>,
  done: () => void,
  skipped?: () => void,
): HTMLFormElement {
  const fault = el("p", { className: "fault", role: "alert" });
  const submit = el("button", "main", t(SEND));
  const skip = button("plain", t(SKIP), () => {
    form.remove();
    focusField();
    skipped?.();
  });
  const form = el("form", names + " card", ...parts, fault, el("div", "row", submit, skip));
  form.onsubmit = async (event) => {
    event.preventDefault();
    submit.disabled = true;
    fault.textContent = "";
    try {
      await send(Object.fromEntries(new FormData(form)) as Record<string, string>);
      done();
    } catch {
      fault.textContent = t(FAILED);
    }
    submit.disabled = false;
  };
  return form;
}
