// What to say, and to do, when a message was refused.

import { form, wants } from "./lead.ts";
import { BUSY, LIMIT, UNAVAILABLE } from "./strings.ts";
import type { Turn, Problem } from "./tools.ts";
import { emit, run, save, stored, t, unique } from "./tools.ts";
import { isTooLong, tooLong } from "./typing.ts";

export function failed(sent: Turn, { status = 0, code = "", over, head }: Problem, shown: HTMLElement): void {
  const isGone = /^(not_f|conversation_)/.test(code) && !sent.moved;
  // To ask again what the server has given up is a new question.
  if (over || isGone) Object.assign(sent, { key: unique(), body: undefined, id: "", place: "" });
  if (isGone) {
    shown.remove();
    save({ conversation: "" });
    sent.moved = true;
    run(sent);
    return;
  }
  emit("error", { status, code });
  const words =
    status == 402 && wants("limit") ? t(LIMIT)
    : status == 402 || status == 401 || status == 403 || code == "key_revoked" ? t(UNAVAILABLE)
    : status == 429 ? t(BUSY, head!.get("retry-after") || 60)
    : isTooLong(sent.text) ? tooLong()
    : "";
  if (words) shown.firstChild!.replaceWith(words);
  if (status == 402) {
    shown.lastChild!.remove();
    stored(sent, head!);
    form("limit");
  }
}
