// The form for contact details.

import { attr, button, el } from "./dom.ts";
import { call, type Problem } from "./net.ts";
import { change, log } from "./panel.ts";
import { save, saved } from "./store.ts";
import { BAD_EMAIL, EMAIL, FAILED, LEAD_THANKS, NAME, PHONE, REQUIRED, SEND, SKIP } from "./strings.ts";
import { notice } from "./messages.ts";
import { t } from "./words.ts";
import type { Settings } from "./settings.ts";

interface Row {
  input: HTMLInputElement;
  box: HTMLElement;
  fault: HTMLElement;
}

const KINDS: Record<string, [label: number, type: string, complete: string]> = {
  name: [NAME, "text", "name"],
  email: [EMAIL, "email", "email"],
  phone: [PHONE, "tel", "tel"],
};

// Shows the form, if it is wanted on this occasion and was not filled in yet; `done` is called when it goes away.
export function askDetails(set: Settings, when: string, done: (given?: Record<string, string>) => void): boolean {
  if (!set.when.includes(when) || saved.lead || !set.fields.length || log.querySelector(".lead")) return false;
  const rows = set.fields.map(row);
  if (set.consent) rows.push(consent(set.consent));
  const must = set.fields.includes("email") ? "email" : set.fields[0];
  const fault = el("p", "fault");
  attr(fault, "role", "alert");
  const submit = el("button", "main", t(SEND));
  const skip = button("plain", SKIP, () => {
    form.remove();
    done();
  });
  const form = el("form", "lead card", el("p", "ask", set.leadTitle), ...rows.map((it) => it.box), fault, el("div", "row", submit, skip));
  form.noValidate = true;
  form.onsubmit = async (event) => {
    event.preventDefault();
    fault.textContent = "";
    const wrong = rows.filter((it) => !check(it, must)).map((it) => it.input);
    if (wrong[0]) return wrong[0].focus();
    const given: Record<string, string> = {};
    for (const { input } of rows) if (input.value.trim()) given[input.name] = input.value.trim();
    submit.disabled = true;
    try {
      if (saved.conversation) {
        const { visitor, conversation } = saved;
        await call("api/chat/lead", { visitorId: visitor, conversationId: conversation, visitor_info: given });
      } else save({ details: { ...saved.details, ...given } });
      save({ lead: true });
      form.remove();
      if (saved.conversation) notice(t(LEAD_THANKS));
      done(given);
    } catch (error) {
      submit.disabled = false;
      fault.textContent = t((error as Problem).status == 400 ? BAD_EMAIL : FAILED);
    }
  };
  change(() => log.append(form), true);
  return true;
}

function row(field: string): Row {
  const [label, type, complete] = KINDS[field]!;
  const input = el("input");
  input.name = field;
  input.type = type;
  input.autocomplete = complete as AutoFill;
  input.maxLength = 256;
  return described(input, el("label", "", t(label), input));
}

function consent(text: string): Row {
  const input = el("input");
  input.name = "consent";
  input.type = "checkbox";
  input.value = text;
  return described(input, el("label", "agree", input, text));
}

function described(input: HTMLInputElement, label: HTMLElement): Row {
  const fault = el("span", "fault");
  fault.id = "fault-" + input.name;
  attr(input, "aria-describedby", fault.id);
  return { input, fault, box: el("div", "", label, fault) };
}

function check({ input, fault }: Row, must: string | undefined): boolean {
  const text = input.value.trim();
  let wrong = "";
  if (input.type == "checkbox" ? !input.checked : input.name == must && !text) wrong = t(REQUIRED);
  else if (input.name == "email" && text && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) wrong = t(BAD_EMAIL);
  fault.textContent = wrong;
  attr(input, "aria-invalid", !!wrong);
  return !wrong;
}
