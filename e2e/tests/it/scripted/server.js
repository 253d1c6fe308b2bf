// A server inside the page: `fetch` answers as `scripted` says, so that every byte of a stream is chosen by the test.
(() => {
  const coded = new TextEncoder();
  const scripted = {
    // The configuration of a widget, by its key.
    configs: {},
    // What the next answer says, piece by piece, and its last event.
    tokens: ["Hello."],
    last: {},
    // How many bytes arrive at once.
    bytes: Infinity,
    // What the conversation's history says.
    messages: [],
    // The live channels that are open.
    live: [],
    // Sends an event on each of them.
    tell(event) {
      for (const channel of this.live) channel.enqueue(coded.encode(`id: 9\ndata: ${JSON.stringify(event)}\n\n`));
    },
    // Asks the widget, and waits for the end of its answer.
    ask(question) {
      const ended = new Promise((done) => {
        const offs = ["answer", "error"].map((event) => window.BotPlot.on(event, (its) => {
          for (const off of offs) off?.();
          done(event == "answer" ? "" : JSON.stringify(its));
        }));
      });
      window.BotPlot.ask(question);
      return ended;
    },
  };
  const json = (value) => new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
  const conversation = { conversationId: "c1", status: "active", handledBy: "ai", messageCount: 0 };

  let answers = 0;
  function answer() {
    const messageId = `m${++answers}`;
    const last = { conversationId: "c1", messageId, status: "active", handledBy: "ai", sources: [], suggestions: [], done: true };
    const events = [...scripted.tokens.map((token) => ({ token })), { ...last, ...scripted.last }];
    const text = events.map((event, at) => `id: ${at + 1}\ndata: ${JSON.stringify(event)}\n\n`).join("");
    const all = coded.encode(text);
    const size = Math.min(scripted.bytes, all.length);
    let at = 0;
    const body = new ReadableStream({
      pull(stream) {
        if (at >= all.length) return stream.close();
        stream.enqueue(all.slice(at, (at += size)));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream", "x-conversation-id": "c1", "x-message-id": messageId } });
  }

  window.scripted = scripted;
  const real = window.fetch;
  window.fetch = async (address, how = {}) => {
    const url = new URL(address, location.href);
    if (url.pathname == "/widget/config") return json(scripted.configs[url.searchParams.get("key")] ?? {});
    if (url.pathname == "/widget/session") return json({});
    if (url.pathname == "/api/chat") return answer();
    if (url.pathname == "/api/chat/conversations") return json({ conversations: [conversation] });
    if (url.pathname.endsWith("/messages")) return json({ messages: scripted.messages });
    if (url.pathname == "/api/chat/events") {
      return new Response(new ReadableStream({
        start(channel) {
          scripted.live.push(channel);
          how.signal?.addEventListener("abort", () => {
            scripted.live = scripted.live.filter((other) => other != channel);
            channel.error(new DOMException("closed", "AbortError"));
          });
          channel.enqueue(coded.encode("id: 1\n\n"));
        },
      }));
    }
    if (url.pathname.startsWith("/api/")) return json({});
    return real(address, how);
  };
})();
