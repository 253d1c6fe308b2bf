// The interface's words in English, and the place of each in a configuration's `strings`.
// Made by `cargo xtask widget` from strings/en.json.

export const OPEN = 0;
export const CLOSE = 1;
export const MESSAGE = 2;
export const SEND = 3;
export const STOP = 4;
export const RETRY = 5;
export const PERSON = 6;
export const YOU = 7;
export const ASSISTANT = 8;
export const WORKING = 9;
export const OFFLINE = 10;
export const FAILED = 11;
export const NEW_CHAT = 12;
export const SOURCES = 13;
export const COPY = 14;
export const COPIED = 15;
export const HELPFUL = 16;
export const NOT_HELPFUL = 17;
export const COMMENT = 18;
export const THANKS = 19;
export const TYPING = 20;
export const JOINED = 21;
export const HANDED_BACK = 22;
export const REQUESTED = 23;
export const CLOSED = 24;
export const UNREAD = 25;
export const NAME = 26;
export const EMAIL = 27;
export const PHONE = 28;
export const SKIP = 29;
export const REQUIRED = 30;
export const BAD_EMAIL = 31;
export const BUSY = 32;
export const LIMIT = 33;
export const UNAVAILABLE = 34;
export const TOO_LONG = 35;

export const english = [
  "New chat",
  "Sources",
  "Copy",
  "Copied",
  "Helpful",
  "Not helpful",
  "What was missing?",
  "Thank you!",
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
  "That was a lot at once. Try again in {n} s.",
  "We cannot answer at the moment. Leave your details and we will get back to you.",
  "The chat is not available at the moment.",
  "At most {n} characters, please.",
];
