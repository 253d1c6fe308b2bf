// OpenAI's official JavaScript client against a running server; `cargo xtask check clients` starts both.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// The client is installed where this is started, not where it stands.
const { default: OpenAI } = createRequire(process.cwd() + "/")("openai");
const { SERVER, SECRET, PUBLISHABLE, LIMITED, ANSWER } = process.env;
const client = (apiKey) => new OpenAI({ baseURL: `${SERVER}/v1`, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: "How do I back up my data?" }];

async function fails(kind, status, code, promise) {
  const error = await promise.then(() => assert.fail(`no ${kind.name}`), (error) => error);
  assert.equal(error.constructor, kind);
  assert.deepEqual([error.status, error.code], [status, code]);
  assert.ok(error.message.startsWith(`${status} `) && error.message.length > 10, error.message);
}

const owner = client(SECRET);
const models = [];
for await (const model of await owner.models.list()) models.push(model.id);
assert.deepEqual(models, ["botplot"]);
assert.equal((await owner.models.retrieve("botplot")).owned_by, "botplot");
console.log("  models: listed and retrieved");

const whole = await owner.chat.completions.create({ model: "botplot", messages });
assert.equal(whole.choices[0].message.content, ANSWER);
assert.ok(whole.usage.total_tokens > 0 && whole.botplot.sources.length > 0 && whole.botplot.confidence > 0.5);
console.log("  completion: content, usage and the vendor field");

const stream = await owner.chat.completions.create({
  model: "botplot", messages, stream: true, stream_options: { include_usage: true },
});
const chunks = [];
for await (const chunk of stream) chunks.push(chunk);
assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), ANSWER);
assert.ok(chunks.at(-1).usage.completion_tokens > 0 && chunks.at(-2).botplot.sources.length > 0);
console.log(`  stream: ${chunks.length} chunks, usage and the vendor field`);

const run = owner.chat.completions.stream({ model: "botplot", messages });
assert.equal(await run.finalContent(), ANSWER);
console.log("  the client's own stream reader: the whole content");

await fails(OpenAI.AuthenticationError, 401, "unauthorized", client("bp_sec_wrong").models.list());
await fails(OpenAI.PermissionDeniedError, 403, "insufficient_scope", client(PUBLISHABLE).models.list());
await fails(OpenAI.NotFoundError, 404, "model_not_found", owner.models.retrieve("gpt-4o"));
const ask = (more) => owner.chat.completions.create({ model: "botplot", messages, ...more });
await fails(OpenAI.BadRequestError, 400, "invalid_request", ask({ tools: [{ type: "function", function: { name: "f" } }] }));
await fails(OpenAI.APIError, 402, "message_limit_reached", client(LIMITED).chat.completions.create({ model: "botplot", messages }));
console.log("  refusals: 401, 402, 403, 404 and 400 with their codes");

const broken = [{ role: "system", content: "BREAK OFF" }, ...messages];
await assert.rejects(
  async () => {
    for await (const _ of await ask({ messages: broken, stream: true }));
  },
  (error) => error instanceof OpenAI.APIError && error.code === "model_failed",
);
console.log("  broken stream: an error with its code");
