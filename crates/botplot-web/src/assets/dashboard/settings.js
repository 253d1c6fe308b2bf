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
