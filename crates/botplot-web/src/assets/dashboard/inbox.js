// The open inbox: what changes comes in by itself, what is clicked opens in place. Without it every link and form works.
(() => {
  const inbox = document.getElementById("inbox");
  if (!inbox) return;
  const { live, base, me } = inbox.dataset;
  const byId = (id) => document.getElementById(id);
  const pageTitle = document.title;
  const narrow = matchMedia("(max-width: 80rem)");
  let open = byId("thread").dataset.id ?? "";
  let unread = Number(inbox.dataset.unread);

  const piece = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  };
  // The address of a piece of this page; what narrows the list stays.
  const address = (path, more) => {
    const query = new URLSearchParams(location.search);
    query.delete("whole");
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    return `${path}?${query}`;
  };
  const fetchPiece = (path) => fetch(path, { headers: { "hx-request": "true" } });

  function showTitle() {
    document.title = unread > 0 ? `(${unread}) ${pageTitle}` : pageTitle;
  }

  // The list
  function markOpen() {
    for (const link of inbox.querySelectorAll(".row a")) {
      if (link.closest(".row").id == `c-${open}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
  function setUnread(row, count) {
    row.classList.toggle("unread", count > 0);
    const place = row.querySelector(".new");
    place.textContent = "";
    if (count > 0) {
      const word = document.createElement("span");
      word.className = "unseen";
      word.textContent = " unread";
      place.append(String(count), word);
    }
  }
  function moveOlder(rows) {
    const last = rows.lastElementChild, older = byId("older");
    if (!last || !older) return;
    const next = new URL(older.href);
    next.searchParams.set("before", `${last.dataset.at}.${last.id.slice(2)}`);
    older.href = next;
  }
  const ROWS = 120;
  function place(change) {
    const list = byId("rows").querySelector("ol"), old = byId(`c-${change.id}`);
    if (change.shown === false) return old?.remove();
    if (!old && (change.shown === null || inbox.hasAttribute("data-older"))) return;
    const row = piece(change.html).firstElementChild;
    const focused = old?.contains(document.activeElement);
    setUnread(row, change.id == open && !document.hidden ? 0 : change.unread);
    row.querySelector("a").search = location.search;
    old?.remove();
    const after = [...list.children].find((other) => Number(other.dataset.at) <= change.at);
    if (!after && !old && byId("older")) return;
    list.insertBefore(row, after ?? null);
    byId("rows").querySelector(".empty")?.remove();
    if (list.children.length > ROWS && byId("older")) {
      list.lastElementChild.remove();
      moveOlder(list);
    }
    if (focused) row.querySelector("a").focus();
  }
  async function fetchList() {
    const response = await fetchPiece(address(base, { part: "list" }));
    if (!response.ok) throw new Error(response.status);
    const fresh = piece(await response.text());
    const rows = byId("rows"), focus = document.activeElement?.closest?.(".row")?.id, top = rows.scrollTop;
    rows.replaceChildren(...fresh.getElementById("rows").childNodes);
    rows.scrollTop = top;
    if (open && !document.hidden) {
      const row = byId(`c-${open}`);
      if (row) setUnread(row, 0);
    }
    markOpen();
    if (focus) byId(focus)?.querySelector("a").focus();
  }

  // The conversation
  const drafts = {
    key: (field) => `draft:${open}:${field.name}`,
    keep(field) {
      try {
        if (field.value) sessionStorage.setItem(this.key(field), field.value);
        else sessionStorage.removeItem(this.key(field));
      } catch {}
    },
    bring() {
      for (const field of inbox.querySelectorAll("#compose textarea[name]")) {
        try {
          if (!field.value) field.value = sessionStorage.getItem(this.key(field)) ?? "";
        } catch {}
      }
    },
    drop(form) {
      for (const field of form.querySelectorAll("textarea")) {
        field.value = "";
        this.keep(field);
      }
    },
  };
  const toEnd = () => {
    const log = byId("log");
    if (log) log.scrollTop = log.scrollHeight;
  };
  function opened() {
    open = byId("thread").dataset.id ?? "";
    inbox.classList.toggle("reading", open != "");
    if (narrow.matches) byId("panel")?.removeAttribute("open");
    markOpen();
    const row = byId(`c-${open}`);
    if (row) setUnread(row, 0);
    drafts.bring();
    showTyping();
    toEnd();
  }
  // Takes over what differs, so that what is being read, opened or typed stays as it is.
  function renew(fresh, own = false) {
    const log = byId("log"), now = log.querySelector("ol"), next = fresh.getElementById("log").querySelector("ol");
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const entries = [...next.children].map((entry) => {
      const known = byId(entry.id);
      return known?.dataset.mark == entry.dataset.mark ? known : entry;
    });
    const same = entries.length == now.children.length && entries.every((entry, n) => entry === now.children[n]);
    if (!same) now.replaceChildren(...entries);
    for (const part of [".thread-head", "#panel", "#compose"]) {
      const old = inbox.querySelector(part), other = fresh.querySelector(part);
      if (!old || !other || old.dataset.mark == other.dataset.mark) continue;
      const field = document.activeElement, here = old.contains(field) ? field.id || field.name : "";
      const [from, to] = [field?.selectionStart, field?.selectionEnd];
      // A list that is being chosen from is not taken away; it is renewed with the next change.
      if (here && part == "#panel" && !own) continue;
      const texts = [...old.querySelectorAll("textarea[name]")].map((text) => [text.name, text.value]);
      const note = old.querySelector("#mode-note")?.checked;
      if (part == "#panel") other.open = old.open;
      old.replaceWith(other);
      for (const [name, value] of texts) {
        const text = other.querySelector(`textarea[name="${name}"]`);
        if (text) text.value = value;
      }
      if (note) other.querySelector("#mode-note").checked = true;
      const again = here && (byId(here) ?? other.querySelector(`[name="${here}"]`));
      if (again) {
        again.focus();
        if (from != null) again.setSelectionRange?.(from, to);
      }
    }
    if (atEnd) toEnd();
  }
  let renewing = 0, again = false;
  async function fetchThread() {
    if (!open) return;
    // One at a time; what changes meanwhile is fetched after it.
    if (renewing) return void (again = true);
    renewing = 1;
    const wanted = open;
    try {
      do {
        again = false;
        const more = { part: "thread", ...(document.hidden && { quiet: "1" }) };
        if (byId("thread").hasAttribute("data-whole")) more.whole = "1";
        const response = await fetchPiece(address(`${base}/${wanted}`, more));
        const text = await response.text();
        if (wanted != open) break;
        if (response.ok) renew(piece(text));
        else if (response.status == 404) say(piece("<p class=complaint role=alert>This conversation was removed.</p>"));
        else throw new Error(response.status);
      } while (again);
    } finally {
      renewing = 0;
    }
    if (wanted != open) fetchThread();
  }
  function say(fragment) {
    byId("thread-said")?.replaceChildren(fragment);
  }
  async function show(path, push) {
    const id = new URL(path, location).pathname.slice(base.length + 1);
    try {
      const response = await fetchPiece(address(`${base}/${id}`, { part: "thread" }));
      if (!response.ok) throw new Error(response.status);
      byId("thread").replaceWith(piece(await response.text()));
    } catch {
      return void location.assign(path);
    }
    if (push) history.pushState({}, "", path);
    opened();
    byId("log")?.focus({ preventScroll: true });
  }
  function leave() {
    open = "";
    inbox.classList.remove("reading");
    markOpen();
  }

  inbox.addEventListener("click", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button == 0;
    const link = event.target.closest(".row a, .others a");
    if (link && plain) {
      event.preventDefault();
      return void show(link.href, true);
    }
    const back = event.target.closest(".back");
    if (back && plain) {
      event.preventDefault();
      history.pushState({}, "", back.href);
      const was = open;
      leave();
      byId(`c-${was}`)?.querySelector("a").focus();
      return;
    }
    const insert = event.target.closest("[data-insert]");
    if (insert) {
      const field = byId("reply");
      field.setRangeText(insert.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      insert.closest("details").open = false;
      drafts.keep(field);
      field.focus();
      return;
    }
    if (event.target.closest("[data-keys]")) byId("keys").showModal();
  });
  addEventListener("popstate", () => {
    if (location.pathname.length > base.length) show(location.href, false);
    else leave();
  });

  inbox.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-here]")) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    stopTyping();
    try {
      const response = await fetch(form.action, { method: "POST", headers: { "hx-request": "true" }, body: fields });
      const fresh = piece(await response.text());
      const typed = form.querySelector("textarea");
      if (response.ok && typed) drafts.drop(form);
      if (fresh.getElementById("log")) {
        say(fresh.getElementById("thread-said").firstChild ?? "");
        renew(fresh, true);
        if (response.ok && typed) toEnd();
      } else say(fresh);
    } catch {
      say(piece("<p class=complaint role=alert>There is no connection. Nothing was sent; what you typed is still here.</p>"));
    }
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    if (!document.contains(document.activeElement) || document.activeElement == document.body) {
      (form.isConnected && form.querySelector("textarea") || byId("reply") || byId("log"))?.focus({ preventScroll: true });
    }
  });

  // Who is typing: others here, and this person there.
  const typists = new Map();
  function showTyping() {
    const place = byId("typing");
    if (!place) return;
    const names = [...typists.values()].filter((typist) => typist.id == open && typist.name != me).map(({ name }) => name ?? "The visitor");
    const text = names.length ? `${names.join(" and ")} ${names.length == 1 ? "is" : "are"} typing…` : "";
    if (place.textContent != text) place.textContent = text;
  }
  function heardTyping({ id, name, on }) {
    const key = `${id} ${name}`;
    clearTimeout(typists.get(key)?.timer);
    typists.delete(key);
    if (on) typists.set(key, { id, name, timer: setTimeout(() => (typists.delete(key), showTyping()), 6000) });
    showTyping();
  }
  let told = 0, silence = 0, typingAt = "";
  function tellTyping(on) {
    fetch(typingAt, { method: "POST", body: new URLSearchParams(on ? { on: "1" } : {}), headers: { "hx-request": "true" } }).catch(() => {});
  }
  function stopTyping() {
    clearTimeout(silence);
    if (told) tellTyping(false);
    told = 0;
  }
  inbox.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches("#compose textarea")) return;
    drafts.keep(field);
    const where = field.form?.dataset.typing;
    if (!where) return;
    if (where != typingAt) stopTyping();
    typingAt = where;
    if (Date.now() - told > 2500) {
      told = Date.now();
      tellTyping(true);
    }
    clearTimeout(silence);
    silence = setTimeout(stopTyping, 4000);
  });

  // Calling the person
  let tone;
  async function sound() {
    if (!inbox.hasAttribute("data-sound")) return;
    try {
      tone ??= new AudioContext();
      // It stands still until somebody has used the page; what is an old story by then is not played.
      const at = Date.now();
      if (tone.state != "running") await tone.resume();
      if (Date.now() - at > 2000) return;
      const note = tone.createOscillator(), volume = tone.createGain(), now = tone.currentTime;
      note.frequency.setValueAtTime(660, now);
      note.frequency.setValueAtTime(880, now + 0.12);
      volume.gain.setValueAtTime(0.08, now);
      volume.gain.exponentialRampToValueAtTime(0.001, now + 0.35);
      note.connect(volume).connect(tone.destination);
      note.start();
      note.stop(now + 0.35);
    } catch {}
  }
  const called = new Map();
  function call({ id, call: text, name, unread: count }) {
    if (!text || called.get(id) == `${count} ${text}`) return;
    called.set(id, `${count} ${text}`);
    if (id == open && document.hasFocus()) return;
    sound();
    const wanted = inbox.hasAttribute("data-notifications") && !document.hasFocus();
    if (!wanted || !("Notification" in window) || Notification.permission != "granted") return;
    const shown = new Notification(name, { body: text, tag: id, icon: "/assets/icon.svg" });
    shown.onclick = () => {
      window.focus();
      show(`${base}/${id}${location.search}`, true);
      shown.close();
    };
  }
  if (inbox.hasAttribute("data-notifications") && "Notification" in window && Notification.permission == "default") {
    const ask = byId("ask");
    ask.hidden = false;
    ask.querySelector("button").addEventListener("click", async () => {
      await Notification.requestPermission();
      ask.hidden = true;
    });
  }

  // The stream. A page that lost it fetches all that it shows once it is back.
  let source, retry = 0;
  const tries = { count: 0 };
  function lost(is, signedOut = false) {
    byId("lost").hidden = !is || signedOut;
    byId("out").hidden = !is || !signedOut;
    byId("out").querySelector("a").href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
  }
  // A stream does not say why it ended; a page is told.
  async function whyLost() {
    try {
      const response = await fetchPiece(address(base, { part: "list" }));
      if (!byId("lost").hidden && response.status == 401) lost(true, true);
    } catch {}
  }
  const hear = {
    async ready() {
      try {
        await Promise.all([fetchList(), fetchThread()]);
        lost(false);
        tries.count = 0;
      } catch {
        lost(true);
        again_();
      }
    },
    rows({ rows }) {
      for (const row of rows.sort((a, b) => a.at - b.at)) {
        place(row);
        call(row);
        if (row.id == open) fetchThread().catch(() => {});
      }
      markOpen();
    },
    gone({ ids }) {
      for (const id of ids) {
        byId(`c-${id}`)?.remove();
        if (id == open) fetchThread().catch(() => {});
      }
    },
    counts({ waiting, unread: count }) {
      unread = count;
      showTitle();
      for (const place of [byId("waiting"), byId("waiting-here")]) {
        if (!place) continue;
        place.hidden = waiting == 0;
        place.textContent = waiting;
      }
    },
    typing: heardTyping,
  };
  function again_() {
    source?.close();
    clearTimeout(retry);
    retry = setTimeout(connect, Math.min(15000, 1000 * 2 ** tries.count++) * (0.75 + Math.random() / 2));
  }
  // A line that breaks without a word stays open for minutes; the server says something every 15 seconds.
  const DEAF = 40_000;
  let heard = 0;
  function connect() {
    clearTimeout(retry);
    source?.close();
    heard = Date.now();
    source = new EventSource(live);
    source.onmessage = (event) => {
      heard = Date.now();
      const news = JSON.parse(event.data);
      hear[news.type]?.(news);
    };
    source.onerror = broken;
  }
  function broken() {
    if (byId("out").hidden) lost(true);
    whyLost();
    again_();
  }
  setInterval(() => {
    if (source.readyState != EventSource.CLOSED && Date.now() - heard > DEAF) broken();
  }, 5_000);
  addEventListener("offline", broken);
  addEventListener("online", connect);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && connect());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && open) fetchThread().catch(() => {});
  });

  // The keys
  const step = (by) => {
    const links = [...inbox.querySelectorAll(".row a")];
    const at = links.findIndex((link) => link === document.activeElement);
    const from = at >= 0 ? at : links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[Math.max(0, Math.min(links.length - 1, from + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    r: () => {
      const mode = byId("mode-reply");
      if (mode) mode.checked = true;
      byId("reply")?.focus();
    },
    "/": () => byId("q").focus(),
    "?": () => byId("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input:not([type=radio]), textarea, select");
    if (field?.matches("textarea") && event.key == "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return field.form?.requestSubmit();
    }
    if (event.key == "Escape" && field) return field.blur();
    if (field || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const press = keys[event.key] ?? (/^[tea]$/.test(event.key) && (() => inbox.querySelector(`[data-key="${event.key}"]`)?.click()));
    if (!press) return;
    event.preventDefault();
    press();
  });
  inbox.querySelector("[data-keys]").hidden = false;

  if (new URLSearchParams(location.search).has("whole")) byId("thread").setAttribute("data-whole", "");
  setTimeout(() => document.querySelector("main > .said")?.remove(), 6000);
  showTitle();
  opened();
  connect();
})();
