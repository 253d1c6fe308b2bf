// Looks at everything that appears in the widgets, and notes what could run a script or send a request.
(() => {
  const guard = { hits: [], faults: [], seen: 0 };
  window.guard = guard;
  window.hit = () => guard.hits.push("hit");
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = () => guard.hits.push(name);
  // What the widget is made of.
  const TAGS = new Set(
    ("div span p a b i em strong code pre br hr ul ol li table tr th td blockquote button header section dialog form label " +
      "h2 h3 input textarea details summary small svg path img").split(" "),
  );
  const LINKS = /^(https?|mailto|tel):/;
  const OWN = new RegExp(`^${location.origin}/`);
  const look = (element) => {
    guard.seen++;
    const fault = (why) => guard.faults.push(`${why}: ${element.outerHTML.slice(0, 200)}`);
    if (!TAGS.has(element.localName)) fault("element");
    for (const { name, value } of element.attributes) {
      if (/^on|^(srcdoc|srcset|action|formaction|background|poster|ping|data|is|xlink:href)$/.test(name)) fault(`attribute ${name}`);
      if (name == "style" && /url|image|expression|@|\\/i.test(value)) fault("style");
      if (name == "href" && !(element.localName == "a" && LINKS.test(value) && LINKS.test(element.href))) fault("href");
      if (name == "src" && !(element.localName == "img" && OWN.test(element.src))) fault("src");
    }
  };
  const lookThrough = (node) => {
    if (node.nodeType != 1) return;
    look(node);
    for (const element of node.querySelectorAll("*")) look(element);
    if (node.shadowRoot) watch(node.shadowRoot);
  };
  const watched = new WeakSet();
  function watch(root) {
    if (watched.has(root)) return;
    watched.add(root);
    for (const child of root.children) lookThrough(child);
    new MutationObserver((records) => {
      for (const { type, target, addedNodes } of records) {
        if (type == "attributes") look(target);
        for (const node of addedNodes) lookThrough(node);
      }
    }).observe(root, { subtree: true, childList: true, attributes: true });
  }
  // Every token is painted at once, so that each beginning of an answer is seen.
  window.requestAnimationFrame = (then) => {
    then(performance.now());
    return 0;
  };
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) {
    const root = attach.call(this, how);
    watch(root);
    return root;
  };
})();
