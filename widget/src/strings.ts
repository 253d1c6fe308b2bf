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

export const english = [
  "Open chat",
  "Close chat",
  "Type your question…",
  "Send",
  "Stop",
  "Try again",
  "Talk to a person",
  "You",
  "Assistant",
  "Looking for an answer…",
  "You are offline. Your message is kept.",
  "That did not work. Please try again.",
];
