// Shows the real widget with the settings that are handed to it instead of the saved ones. The settings' page calls
// `show` with others as they are typed; the widget before goes away once the next one stands.
const { key, config } = document.currentScript.dataset;
const trusted = window.trustedTypes?.createPolicy("preview", { createScriptURL: (url) => url });
const still = new CSSStyleSheet();
still.replaceSync("* { animation: none !important; transition: none !important }");
let wanted, logo, standing;

// What the widget remembers is for this page only; it begins with an open panel.
const kept = new Map([["botplot:" + key, JSON.stringify({ open: true })]]);
Object.defineProperty(window, "localStorage", {
  value: { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) },
});

const ask = window.fetch;
window.fetch = (address, options) =>
  /\/widget\/config\?/.test(address) ? Promise.resolve(new Response(wanted)) : ask(address, options);

function stand(api) {
  const { shadowRoot } = [...document.querySelectorAll("[data-botplot]")].at(-1);
  shadowRoot.adoptedStyleSheets.push(still);
  if (logo) shadowRoot.querySelector(".logo").replaceWith(Object.assign(new Image(), { className: "logo", alt: "", src: logo }));
  standing?.shadowRoot.replaceChildren();
  standing?.api.destroy();
  standing = { api, shadowRoot };
}

// One widget after the other: `next` is what came while one was on its way.
let busy = false, next;
function show(settings, picture) {
  if (busy) return void (next = [settings, picture]);
  if (settings == wanted && picture == logo) return;
  [busy, wanted, logo] = [true, settings, picture];
  delete window[Symbol.for("botplot")]?.[key];
  delete window.BotPlot;
  const script = document.createElement("script");
  const address = "/widget/w.js";
  script.src = trusted ? trusted.createScriptURL(address) : address;
  script.dataset.key = key;
  const done = () => {
    busy = false;
    script.remove();
    const [settings, picture] = next ?? [];
    next = undefined;
    if (settings) show(settings, picture);
  };
  script.onerror = done;
  script.onload = () => {
    const api = window.BotPlot;
    api.on("ready", () => (stand(api), done()));
  };
  document.head.append(script);
}
show(config);
