// What the pages of settings and of the first run do beside htmx.

// A slider says its value.
document.addEventListener("input", ({ target }) => {
  const shown = document.getElementById(target.dataset?.shows ?? "");
  if (shown) shown.textContent = target.value;
});

// What the chat beside it found, each time that it has answered.
const sources = document.getElementById("sources");
const made = (name, text) => Object.assign(document.createElement(name), { textContent: text });
function show({ sources: found, confidence, refused }) {
  const list = document.createElement("ol");
  for (const { title, url, content } of found) {
    const line = document.createElement("li");
    const name = made(url ? "a" : "strong", title);
    if (url && /^https?:/.test(url)) Object.assign(name, { href: url, target: "_blank", rel: "noreferrer noopener" });
    // What can be scrolled is reached by keyboard.
    line.append(name, Object.assign(made("p", content), { tabIndex: 0 }));
    list.append(line);
  }
  const sure = typeof confidence == "number" ? ` Confidence ${confidence.toFixed(2)}.` : "";
  const words = refused ? "It did not find that in what it has learnt." : found.length ? "The answer rests on this." : "No source was needed.";
  sources.replaceChildren(made("h2", "What it found"), made("p", words + sure), list);
}
if (sources) (window.BotPlot ||= []).push(["on", "answer", show]);

// The widget's preview follows what is typed; nothing is saved.
const looks = document.querySelector("form[data-preview]");
if (looks) {
  const frame = document.querySelector(".preview iframe");
  const sight = document.getElementById("sight");
  const picture = document.getElementById("logo");
  let config, logo, timer, asked;
  const push = () => config && frame.contentWindow.show?.(config, logo);
  const say = (field, why) => {
    const box = field.closest(".field");
    box.classList.toggle("wrong", !!why);
    if (why) field.ariaInvalid = "true";
    else field.removeAttribute("aria-invalid");
    const there = box.querySelector(".why");
    if (!why) there?.remove();
    else if (there) there.textContent = why;
    else box.append(Object.assign(made("p", why), { className: "why" }));
  };
  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const body = new URLSearchParams(new FormData(looks));
      const headers = { "hx-request": "true" };
      const reply = await fetch(looks.dataset.preview, { method: "POST", body, headers, signal: asked.signal });
      if (!/json/.test(reply.headers.get("content-type"))) throw reply.status;
      const found = await reply.json();
      const faults = new Map(found.faults ?? []);
      for (const field of looks.elements) {
        if (!field.name) continue;
        const why = faults.get(field.name);
        say(field, why && `${field.labels[0].textContent} ${why}.`);
      }
      sight.textContent = faults.size ? "Something in the fields cannot be. This is how it looked before." : "";
      if (found.config) {
        config = found.config;
        push();
      }
    } catch (fault) {
      if (fault.name == "AbortError") return;
      sight.textContent = fault == 401 ? "You were signed out: sign in in another tab. What you typed is still here." : "The preview cannot be reached. It goes on when you type.";
    }
  };
  looks.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 200);
  });
  frame.addEventListener("load", push);
  picture.addEventListener("change", () => {
    const [file] = picture.files;
    const { accept, dataset } = picture;
    const sound = !file || (accept.split(",").includes(file.type) && file.size <= dataset.most);
    say(picture, sound ? "" : `The logo ${dataset.rule}.`);
    if (logo) URL.revokeObjectURL(logo);
    logo = file && sound ? URL.createObjectURL(file) : undefined;
    config ? push() : look();
  });
  // A browser may have kept what was typed when the page is loaded again.
  look();
}
