// The interface's words in English, and the place of each in a configuration's `strings`.
// Made by `cargo xtask widget` from strings/en.json.

export const OPEN = 0;
export const CLOSE = 1;
export const LOG = 2;
export const MESSAGE = 3;
export const SEND = 4;
export const STOP = 5;
export const RETRY = 6;
export const NEW_CHAT = 7;
export const PERSON = 8;
export const SOURCES = 9;
export const COPY = 10;
export const COPIED = 11;
export const HELPFUL = 12;
export const NOT_HELPFUL = 13;
export const COMMENT = 14;
export const THANKS = 15;
export const YOU = 16;
export const ASSISTANT = 17;
export const WORKING = 18;
export const TYPING = 19;
export const JOINED = 20;
export const HANDED_BACK = 21;
export const REQUESTED = 22;
export const CLOSED = 23;
export const ARCHIVED = 24;
export const UNREAD = 25;
export const NAME = 26;
export const EMAIL = 27;
export const PHONE = 28;
export const SKIP = 29;
export const LEAD_THANKS = 30;
export const REQUIRED = 31;
export const BAD_EMAIL = 32;
export const OFFLINE = 33;
export const FAILED = 34;
export const CUT = 35;
export const BUSY = 36;
export const LIMIT = 37;
export const UNAVAILABLE = 38;
export const TOO_LONG = 39;

export const english = [
  "Open chat",
  "Close chat",
  "Conversation",
  "Type your question…",
  "Send",
  "Stop",
  "Try again",
  "New chat",
  "Talk to a person",
  "Sources",
  "Copy",
  "Copied",
  "Helpful",
  "Not helpful",
  "What was missing?",
  "Thank you!",
  "You",
  "Assistant",
  "Looking for an answer…",
  "{name} is typing…",
  "{name} has joined",
  "The assistant answers again",
  "A person has been asked to join.",
  "This conversation was closed. Write to open it again.",
  "This conversation has ended.",
  "{n} unread messages",
  "Name",
  "E-mail",
  "Phone",
  "Not now",
  "Thank you, we will get back to you.",
  "Please fill this in.",
  "Please enter a valid e-mail address.",
  "You are offline. Your message is kept.",
  "No answer came. Please try again.",
  "The answer broke off.",
  "That was a lot at once. Try again in {n} s.",
  "We cannot answer more here at the moment. Leave us your details and we will get back to you.",
  "The chat is not available at the moment.",
  "At most {n} characters, please.",
];
