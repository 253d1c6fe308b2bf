// What the dashboard's pages do beside htmx; without it they work all the same.

// Instants in the reader's own zone.
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const near = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
function ago(seconds) {
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}
function showTimes(root) {
  for (const time of root.querySelectorAll("time[data-shown]")) {
    const at = new Date(time.dateTime);
    time.title = exact.format(at);
    time.textContent = time.dataset.shown == "ago" ? ago((Date.now() - at) / 1000) : near.format(at);
  }
}
showTimes(document);
setInterval(() => showTimes(document), 30_000);
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) if (node.querySelectorAll) showTimes(node.parentNode ?? node);
}).observe(document.body, { childList: true, subtree: true });

document.addEventListener("click", async (event) => {
  // A button that copies what stands in the element it names.
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy)?.textContent ?? "";
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy it";
  }
  setTimeout(() => (button.textContent = label), 2000);
});

// What cannot be undone is asked for once more.
document.addEventListener("submit", (event) => {
  const question = (event.submitter ?? event.target).closest("[data-sure]")?.dataset.sure;
  if (question && !confirm(question)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);
