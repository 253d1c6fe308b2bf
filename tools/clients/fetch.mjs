// Node's `fetch` with a secret key: Node is no browser, so the key is welcome.

import assert from "node:assert/strict";

const { SERVER, SECRET, ANSWER } = process.env;
const headers = { authorization: `Bearer ${SECRET}`, "content-type": "application/json" };
const body = JSON.stringify({ message: "How do I back up my data?", visitorId: "node" });

const chat = await fetch(`${SERVER}/api/chat`, { method: "POST", headers, body });
assert.equal(chat.status, 200);
let text = "";
let last;
for (const line of (await chat.text()).split("\n").filter((line) => line.startsWith("data: "))) {
  last = JSON.parse(line.slice(6));
  text += last.token ?? "";
}
assert.equal(text, ANSWER);
assert.equal(last.conversationId, chat.headers.get("x-conversation-id"));
console.log("  /api/chat: streamed with a secret key");

const list = await fetch(`${SERVER}/api/v1/conversations?limit=1`, { headers });
assert.equal(list.status, 200);
assert.ok((await list.json()).conversations.length === 1);
console.log("  /api/v1/conversations: listed with a secret key");
