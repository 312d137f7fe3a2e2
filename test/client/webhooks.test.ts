import { expect, test } from "vitest";
import { verifyWebhook, WebhookVerificationError } from "../../src/client/index.ts";
import { createWebhookSecret, signatureHeaders } from "../../src/webhooks/signature.ts";

const SECRET = createWebhookSecret();
const EVENT = {
  type: "job.done",
  timestamp: "2026-01-15T12:00:00.000Z",
  data: { id: "job_1", task: "features", status: "done", metadata: null, result: null },
};
const BODY = JSON.stringify(EVENT);
const headersOf = (secrets = [SECRET], timestampSeconds = Math.floor(Date.now() / 1000)) =>
  signatureHeaders({ id: "msg_job_1", timestampSeconds, body: BODY }, secrets);

test.each([
  ["text and the headers of a Node server", headersOf(), BODY],
  ["bytes and the Headers of a Request", new Headers(headersOf()), new TextEncoder().encode(BODY)],
])("a webhook is verified from %s", (_from, headers, body) => {
  expect(verifyWebhook(SECRET, { headers, body })).toEqual(EVENT);
});

test("while secrets are rotated, either one is enough", () => {
  const headers = headersOf([SECRET, createWebhookSecret()]);
  const secrets = [createWebhookSecret(), SECRET];
  expect(verifyWebhook(secrets, { headers, body: BODY })).toEqual(EVENT);
});

test.each([
  [
    "with another secret",
    () => verifyWebhook(createWebhookSecret(), { headers: headersOf(), body: BODY }),
  ],
  ["with another body", () => verifyWebhook(SECRET, { headers: headersOf(), body: `${BODY} ` })],
  ["without headers", () => verifyWebhook(SECRET, { headers: {}, body: BODY })],
  [
    "sent six minutes ago",
    () =>
      verifyWebhook(SECRET, {
        headers: headersOf([SECRET], Math.floor(Date.now() / 1000) - 360),
        body: BODY,
      }),
  ],
  ["without a secret", () => verifyWebhook([], { headers: headersOf(), body: BODY })],
])("a webhook %s is refused", (_what, verify) => {
  expect(verify).toThrow(WebhookVerificationError);
});
