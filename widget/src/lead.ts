// The form for contact details.

import { el } from "./dom.ts";
import { emit } from "./events.ts";
import { card, notice } from "./messages.ts";
import { call, type Problem } from "./net.ts";
import { log, put } from "./panel.ts";
import { save, saved } from "./store.ts";
import { BAD_EMAIL, EMAIL, FAILED, NAME, PHONE, REQUIRED, THANKS } from "./strings.ts";
import { t } from "./words.ts";

// Asks, if that is wanted on this occasion and was not answered yet; `done` is called when the form goes away.
export function askDetails(set: any, when: string, done: () => void = () => {}): boolean {
  const { fields = [], consent } = set;
  if (!set.when?.includes(when) || saved.lead || !fields[0] || log.querySelector(".lead")) return false;
  const must = fields.includes("email") ? "email" : fields[0];
  const rows = [...fields, ...(consent ? ["consent"] : [])].map((name) => {
    const box = name == "consent";
    const input = el("input", { name, maxLength: 256, autocomplete: name == "phone" ? "tel" : name });
    input.type = box ? "checkbox" : name == "email" ? name : name == "phone" ? "tel" : "text";
    const words = box ? consent : t(name == "email" ? EMAIL : name == "phone" ? PHONE : NAME);
    const fault = el("span", { className: "fault", role: "alert" });
    return { input, fault, row: el("label", box ? "agree" : "", words, input, fault) };
  });
  const form = card("lead", [el("p", "ask", set.title), ...rows.map(({ row }) => row)], async () => {
    const given: Record<string, string> = {};
    let wrong: HTMLElement | undefined;
    for (const { input, fault } of rows) {
      const value = input.type == "checkbox" ? input.checked && consent : input.value.trim();
      const why =
        !value && (input.name == must || input.type == "checkbox") ? t(REQUIRED)
        : input.name == "email" && value && !/^\S+@\S+\.\S+$/.test(value) ? t(BAD_EMAIL)
        : "";
      fault.textContent = why;
      input.ariaInvalid = !!why + "";
      if (why) wrong ??= input;
      else if (value) given[input.name] = value;
    }
    if (wrong) return wrong.focus();
    try {
      const { visitor, conversation } = saved;
      if (conversation) await call("api/chat/lead", { visitorId: visitor, conversationId: conversation, visitor_info: given });
      else save({ details: { ...saved.details, ...given } });
      save({ lead: true });
      form.remove();
      emit("lead", given);
      if (conversation) notice(t(THANKS));
      done();
    } catch (error) {
      rows[0]!.fault.textContent = t((error as Problem).status == 400 ? BAD_EMAIL : FAILED);
    }
  }, done);
  put(form, true);
  return true;
}
