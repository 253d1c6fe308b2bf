// The interface's words in English, and the place of each in a configuration's `strings`.
// Made by `cargo xtask widget` from strings/en.json.

export const OPEN = 0;
export const CLOSE = 1;
export const MESSAGE = 2;
export const SEND = 3;
export const STOP = 4;
export const RETRY = 5;
export const NEW_CHAT = 6;
export const PERSON = 7;
export const SOURCES = 8;
export const COPY = 9;
export const COPIED = 10;
export const HELPFUL = 11;
export const NOT_HELPFUL = 12;
export const COMMENT = 13;
export const THANKS = 14;
export const YOU = 15;
export const ASSISTANT = 16;
export const WORKING = 17;
export const TYPING = 18;
export const JOINED = 19;
export const HANDED_BACK = 20;
export const REQUESTED = 21;
export const CLOSED = 22;
export const UNREAD = 23;
export const NAME = 24;
export const EMAIL = 25;
export const PHONE = 26;
export const SKIP = 27;
export const REQUIRED = 28;
export const BAD_EMAIL = 29;
export const OFFLINE = 30;
export const FAILED = 31;
export const BUSY = 32;
export const LIMIT = 33;
export const UNAVAILABLE = 34;
export const TOO_LONG = 35;

export const english = [
  "Open chat",
  "Close chat",
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
  "This chat was closed. Write to reopen it.",
  "{n} unread messages",
  "Name",
  "E-mail",
  "Phone",
  "Not now",
  "Please fill this in.",
  "Please enter a valid e-mail address.",
  "You are offline. Your message is kept.",
  "That did not work. Please try again.",
  "That was a lot at once. Try again in {n} s.",
  "We cannot answer at the moment. Leave your details and we will get back to you.",
  "The chat is not available at the moment.",
  "At most {n} characters, please.",
];
