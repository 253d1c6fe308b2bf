// The server inside the page, so that nothing but the widget is timed: a configuration, and an answer of 2,000 tokens
// at 200 a second in the Markdown that answers have.
(() => {
  // Each run begins as a first visit.
  localStorage.clear();
  const times = (window.times = { tasks: [], config: 0, painted: 0, done: false, longest: 0 });
  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) times.tasks.push({ duration, startTime });
  }).observe({ type: "longtask", buffered: true });

  const encoder = new TextEncoder();
  const words = "You can **return** items within `30 days`, see [the orders](https://shop.example/orders). ".split(/(?<= )/);
  const token = (n) => (n % 97 === 0 ? "\n\n- " : n % 331 === 0 ? "\n\n|a|b|\n|-|-|\n|c|d|\n\n" : words[n % words.length]);
  const event = (data, id) => encoder.encode(`data: ${JSON.stringify(data)}\nid: ${id}\n\n`);

  const answer = () => new ReadableStream({
    start(stream) {
      const begun = performance.now();
      let sent = 0;
      // As many as are due: timers of a busy page come late, the server's tokens do not.
      const timer = setInterval(() => {
        for (const due = Math.min(2000, (performance.now() - begun) / 5); sent < due; sent++) stream.enqueue(event({ token: token(sent) }, sent));
        if (sent < 2000) return;
        clearInterval(timer);
        const ids = { conversationId: "00000000-0000-4000-8000-000000000001", messageId: "00000000-0000-4000-8000-000000000002" };
        stream.enqueue(event({ ...ids, done: true, sources: [], confidence: 0.9, status: "active", handoffRequested: false, handledBy: "ai", suggestions: [] }, "2000.end"));
        stream.close();
        times.done = true;
      }, 5);
    },
  });
  const json = (body, headers = {}) => new Response(JSON.stringify(body), { headers: { "content-type": "application/json", ...headers } });
  const real = window.fetch;
  window.fetch = async (address, options) => {
    const { pathname } = new URL(address, location.href);
    if (pathname.endsWith("/widget/config")) {
      times.config = performance.now();
      requestAnimationFrame(function look() {
        const launcher = document.querySelector("[data-botplot]")?.shadowRoot?.querySelector(".launcher");
        if (!launcher) return requestAnimationFrame(look);
        // The frame that shows it is over when the next task runs.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { times.painted = performance.now(); };
        port2.postMessage(0);
      });
      return json({ widget: { title: "Shop", color: "#2f6f5e", position: "right", welcome: "Hello!", starters: [] }, handoff: true, lead_form: { when: [] }, lang: "en", dir: "ltr" });
    }
    if (pathname.endsWith("/widget/session")) return json({}, { "x-visitor-token": "t" });
    if (pathname.endsWith("/api/chat")) {
      return new Response(answer(), { headers: { "content-type": "text/event-stream", "x-conversation-id": "00000000-0000-4000-8000-000000000001", "x-message-id": "00000000-0000-4000-8000-000000000002" } });
    }
    if (pathname.includes("/api/")) return new Promise(() => {});
    return real(address, options);
  };
})();
