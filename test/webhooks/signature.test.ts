import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { createWebhookSecret, signatureHeaders } from "../../src/webhooks/signature.ts";

const nowSeconds = () => Math.floor(Date.now() / 1000);
const BODY = '{"type":"job.done","data":{"name":"Zoë"}}';
const content = (body = BODY) => ({ id: "msg_1", timestampSeconds: nowSeconds(), body });

describe("signatureHeaders", () => {
  it("agrees with the vector of the Standard Webhooks libraries", () => {
    const headers = signatureHeaders(
      {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestampSeconds: 1614265330,
        body: '{"test": 2432232314}',
      },
      ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    );
    expect(headers).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("is verified by a receiver that holds the secret", () => {
    const secret = createWebhookSecret();
    const headers = signatureHeaders(content(), [secret]);
    expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY));
  });

  it("signs an empty body", () => {
    const secret = createWebhookSecret();
    const headers = signatureHeaders(content(""), [secret]);
    expect(() => new Webhook(secret).verify("", headers)).not.toThrow();
  });

  it("is verified by holders of either secret during a rotation, and by no others", () => {
    const [current, previous, other] = [1, 2, 3].map(createWebhookSecret) as [
      string,
      string,
      string,
    ];
    const headers = signatureHeaders(content(), [current, previous]);
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    for (const secret of [current, previous]) {
      expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    }
    expect(() => new Webhook(other).verify(BODY, headers)).toThrow("No matching signature");
  });

  it("covers id, time and body", () => {
    const secret = createWebhookSecret();
    const headers = signatureHeaders(content(), [secret]);
    const receiver = new Webhook(secret);
    const later = { "webhook-timestamp": String(nowSeconds() + 60) };
    expect(() => receiver.verify(`${BODY} `, headers)).toThrow();
    expect(() => receiver.verify(BODY, { ...headers, "webhook-id": "msg_2" })).toThrow();
    expect(() => receiver.verify(BODY, { ...headers, ...later })).toThrow();
  });
});

describe("createWebhookSecret", () => {
  it("gives 32 random bytes in the form that the libraries take", () => {
    const secrets = Array.from({ length: 50 }, createWebhookSecret);
    for (const secret of secrets) {
      expect(Buffer.from(secret.replace(/^whsec_/, ""), "base64")).toHaveLength(32);
    }
    expect(new Set(secrets).size).toBe(50);
  });
});
