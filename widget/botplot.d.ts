// Types of `window.BotPlot`, which `/widget/w.js` puts on the page. Before it has loaded, only `push` is there:
// `(window.BotPlot ||= []).push(["open"])`.

export {};

declare global {
  interface Window {
    BotPlot: BotPlot.Widget | BotPlot.Call[];
  }

  namespace BotPlot {
    /** A call that is kept until the widget has loaded: a method's name and its arguments. */
    type Call =
      | ["open" | "close" | "toggle" | "reset" | "destroy"]
      | ["ask", text: string]
      | ["identify", person: Identity]
      | { [E in keyof Events]: ["on", event: E, then: (detail: Events[E]) => void] }[keyof Events];

    interface Widget {
      /** Opens the panel. */
      open(): void;
      /** Closes the panel. */
      close(): void;
      /** Opens the panel if it is closed, and closes it if it is open. */
      toggle(): void;
      /** Opens the panel and sends a message in the visitor's name. */
      ask(text: string): void;
      /** Says who the visitor is. */
      identify(person: Identity): void;
      /** Calls `then` at each event; the function that it returns ends that. */
      on<E extends keyof Events>(event: E, then: (detail: Events[E]) => void): () => void;
      /** Forgets the visitor and the conversation, as when somebody logs out. */
      reset(): void;
      /** Removes the widget from the page. */
      destroy(): void;
      /** Runs a kept call. */
      push(call: Call): void;
    }

    /** Who the visitor is. With `hash` or `jwt`, made by your server, their conversations follow them. */
    interface Identity {
      /** Your id for the visitor. */
      id?: string;
      /** HMAC-SHA256 of `id` with the project's identity secret, in hex. */
      hash?: string;
      /** A token signed with the identity secret (HS256), with `id` as its `sub`, in place of `hash`. */
      jwt?: string;
      name?: string;
      email?: string;
    }

    interface Events {
      /** The widget is on the page, with what was said before. */
      ready: {};
      open: {};
      close: {};
      /** Somebody wrote: `user` is the visitor, `assistant` the bot, or the person whom `agent` names. */
      message: { role: "user" | "assistant"; text: string; agent?: string };
      /** The bot's answer is complete. */
      answer: {
        text: string;
        conversationId: string;
        messageId: string | null;
        sources: { title: string; url: string | null; content: string; similarity: number }[];
        confidence: number | null;
        suggestions: string[];
        handoffRequested: boolean;
        handledBy: "ai" | "human";
        /** True when the knowledge does not cover the question. */
        refused?: boolean;
      };
      /** The visitor asked for a person. */
      handoff: {};
      /** The visitor left contact details. */
      lead: { name?: string; email?: string; phone?: string; consent?: string };
      /** A message could not be answered: the HTTP status, 0 when no reply came, and the server's code. */
      error: { status: number; code: string };
    }
  }
}
