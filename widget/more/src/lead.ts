// The form for contact details.

import { card } from "./card.ts";
import { notice } from "./notice.ts";
import { BAD_EMAIL, EMAIL, NAME, PHONE, REQUIRED, THANKS } from "./strings.ts";
import { call, el, emit, log, put, save, saved, settings, t } from "./tools.ts";

// Whether contact details are wanted on this occasion, and were not given yet.
export function wants(when: string): boolean {
  const set = settings.lead_form ?? {};
  return set.when?.includes(when) && set.fields?.[0] && !saved.lead;
}

// Asks, if that is wanted on this occasion and was not answered yet; `done` is called when that is over.
export function form(when: string, done: () => void = () => {}): void {
  const set = settings.lead_form ?? {};
  if (!wants(when)) return done();
  const fields: string[] = set.fields;
  if (log.querySelector(".lead")) return;
  const rows = fields.map((name) => {
    const isEmail = name == "email";
    const isPhone = name == "phone";
    const words = t(isEmail ? EMAIL : isPhone ? PHONE : NAME);
    // A telephone number is asked for politely, unless it is all that is asked for.
    return row(words, { name, type: isEmail ? name : isPhone ? "tel" : "text", autocomplete: isPhone ? "tel" : name, required: !isPhone || !fields[1] });
  });
  if (set.consent) rows.push(row(set.consent, { name: "consent", type: "checkbox", value: set.consent, required: true }));
  const it = card("lead", [el("p", "ask", set.title), ...rows], async (given) => {
    const { visitor, conversation } = saved;
    for (const name in given) if (!given[name]!.trim()) delete given[name];
    if (conversation) await call("api/chat/lead", { visitorId: visitor, conversationId: conversation, visitor_info: given });
    else save({ details: { ...saved.details, ...given } });
    save({ lead: true });
    emit("lead", given);
  }, () => {
    it.remove();
    if (saved.conversation) notice(t(THANKS));
    done();
  }, done);
  it.noValidate = true;
  it.addEventListener("submit", check, true);
  put(it, true);
}

function row(words: string, its: object): HTMLElement {
  const input = el("input", { maxLength: 256, ...its });
  const fault = el("span", { className: "fault", role: "alert" });
  return input.type == "checkbox" ? el("label", "agree", input, el("span", "", words), fault) : el("label", "", words, input, fault);
}

// The browser's own messages vanish, and speak its language instead of the page's.
function check(event: Event): void {
  const inputs = [...(event.target as HTMLElement).querySelectorAll("input")].reverse();
  for (const input of inputs) {
    const { valid, typeMismatch } = input.validity;
    const right = valid && (input.type != "email" || !input.value || /\.[^.@\s]+$/.test(input.value));
    input.parentElement!.querySelector(".fault")!.textContent = right ? "" : t(typeMismatch || input.value ? BAD_EMAIL : REQUIRED);
    input.ariaInvalid = !right + "";
    if (right) continue;
    input.focus();
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
