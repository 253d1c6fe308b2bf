// What the harness puts into every page before the page's own scripts.
(() => {
  const roots = () => [...document.querySelectorAll("[data-botplot]")].map((host) => host.shadowRoot).filter(Boolean);
  // All elements that a selector finds: in the widgets first, then on the page.
  window.all = (selector) => [...roots(), document].flatMap((root) => [...root.querySelectorAll(selector)]);
  // The first of them.
  window.ui = (selector) => window.all(selector)[0];
  // Whether an element can be seen.
  window.seen = (selector) => {
    const element = window.ui(selector);
    return !!element && element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
  };
  // The element that has the focus, through shadow roots.
  window.focused = () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element;
  };
  // The text of the last element that a selector finds.
  window.last = (selector) => window.all(selector).at(-1)?.textContent ?? "";
  // Where an element can be clicked: its centre, once it has come to rest and nothing lies above it.
  window.centre = async (element) => {
    if (!element) return null;
    element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    const place = () => {
      const box = element.getBoundingClientRect();
      return box.width && box.height ? [box.left + box.width / 2, box.top + box.height / 2] : null;
    };
    const before = place();
    await new Promise((done) => {
      requestAnimationFrame(() => requestAnimationFrame(done));
      setTimeout(done, 100);
    });
    const now = place();
    if (!before || !now || before.some((at, i) => Math.abs(at - now[i]) > 0.5)) return null;
    const above = element.getRootNode().elementFromPoint(...now);
    return above && (element.contains(above) || element.closest("label")?.contains(above)) ? now : null;
  };
  const noted = { violations: [], shift: 0, longest: 0 };
  window.noted = noted;
  addEventListener("securitypolicyviolation", (event) => {
    noted.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`);
  }, true);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) noted.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) noted.longest = Math.max(noted.longest, entry.duration);
  }).observe({ type: "longtask", buffered: true });
})();
