// The API reference: copies examples, marks the place in the contents, folds these on a narrow screen.
"use strict";

for (const figure of document.querySelectorAll(".code")) {
  const text = figure.querySelector("code").textContent;
  const button = document.createElement("button");
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${figure.querySelector("figcaption").textContent}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  figure.append(button);
}

const contents = document.querySelector(".contents");
const folds = contents.querySelector("details");
const narrow = matchMedia("(max-width: 52rem)");
const fold = () => (folds.open = !narrow.matches);
narrow.addEventListener("change", fold);
fold();
contents.addEventListener("click", (event) => {
  if (narrow.matches && event.target.closest("a")) folds.open = false;
});

const links = new Map([...contents.querySelectorAll("li a")].map((link) => [link.hash.slice(1), link]));
const places = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
let current;
const mark = () => {
  const passed = places.filter((place) => place.getBoundingClientRect().top < innerHeight / 3);
  const link = links.get((passed.at(-1) ?? places[0]).id);
  if (link === current) return;
  current?.removeAttribute("aria-current");
  current = link;
  current.setAttribute("aria-current", "location");
  if (!narrow.matches) {
    const [box, all] = [current.getBoundingClientRect(), contents.getBoundingClientRect()];
    if (box.top < all.top || box.bottom > all.bottom) contents.scrollTop += box.top - all.top - all.height / 3;
  }
};
let waiting = false;
addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    mark();
  });
}, { passive: true });
mark();
