import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import type { Proof, Verdict } from "../../../src/hooks/proofs/proof.ts";
import { verifyRequest } from "../../../src/hooks/proofs/verify.ts";

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const NOW_SECONDS = NOW_MS / 1000;

interface Sent {
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function verify(verification: Proof, secrets: string | readonly string[], sent: Sent) {
  const { url = "https://undertone.dev/v1/hooks/calls", headers = {}, body = "" } = sent;
  return verifyRequest(verification, [secrets].flat(), {
    url,
    headers: new Headers(headers),
    body: new TextEncoder().encode(body),
    nowMs: NOW_MS,
  });
}

const refused = (reason: string): Verdict =>
  ({ genuine: false, reason }) as Extract<Verdict, { genuine: false }>;
const genuine = (eventId: string | null): Verdict => ({ genuine: true, eventId });

describe("Standard Webhooks", () => {
  const STANDARD: Proof = { kind: "standard" };
  const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
  const BODY = '{"test": 2432232314}';
  const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";

  /** A request as the specification's own library signs it. */
  function signed({ atSeconds = NOW_SECONDS, secret = SECRET, body = BODY } = {}) {
    const signature = new Webhook(secret).sign(ID, new Date(atSeconds * 1000), body);
    return {
      body,
      headers: {
        "webhook-id": ID,
        "webhook-timestamp": String(atSeconds),
        "webhook-signature": signature,
      },
    };
  }

  const signatureOf = (request: ReturnType<typeof signed>) => request.headers["webhook-signature"];
  const altered = (change: (signature: string) => string) => {
    const request = signed();
    const headers = { ...request.headers, "webhook-signature": change(signatureOf(request)) };
    return { ...request, headers };
  };

  it("takes a signed request and knows it by its id", async () => {
    expect(await verify(STANDARD, SECRET, signed())).toEqual(genuine(ID));
  });

  it("takes an empty body", async () => {
    expect(await verify(STANDARD, SECRET, signed({ body: "" }))).toEqual(genuine(ID));
  });

  it("takes a body that is more than ASCII", async () => {
    expect(await verify(STANDARD, SECRET, signed({ body: "Zoë 🎧" }))).toEqual(genuine(ID));
  });

  it("takes the secret without its prefix", async () => {
    const bare = SECRET.replace("whsec_", "");
    expect(await verify(STANDARD, bare, signed())).toEqual(genuine(ID));
  });

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])(
    "refuses a request without %s",
    async (name) => {
      const { body, headers } = signed();
      const remaining = Object.entries(headers).filter(([header]) => header !== name);
      const sent = { body, headers: Object.fromEntries(remaining) };
      expect(await verify(STANDARD, SECRET, sent)).toEqual(refused("missing"));
    },
  );

  it.each([
    ["a wrong signature", () => "v1,g0hM9SsE+OTPJTGt/dmIKtSyZlE3uFJELVlNIOLJ1OE="],
    ["a part of the signature", (signature: string) => signature.slice(0, 8)],
    ["a signature without its version", (signature: string) => signature.replace("v1,", "")],
    ["a signature of another version", (signature: string) => signature.replace("v1,", "v2,")],
    ["an empty signature", () => "v1,"],
    ["no base64", () => "v1,%%%"],
    ["a signature with more behind it", (signature: string) => `${signature}AAAA`],
  ])("refuses %s", async (_, change) => {
    expect(await verify(STANDARD, SECRET, altered(change))).toEqual(refused("mismatch"));
  });

  it("takes the right one of several signatures", async () => {
    const request = altered(
      (signature) =>
        `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy ${signature} v1,AAAA`,
    );
    expect(await verify(STANDARD, SECRET, request)).toEqual(genuine(ID));
  });

  it("takes the signature of either secret while they are rotated", async () => {
    const secrets = [OTHER_SECRET, SECRET];
    expect(await verify(STANDARD, secrets, signed())).toEqual(genuine(ID));
    expect(await verify(STANDARD, secrets, signed({ secret: OTHER_SECRET }))).toEqual(genuine(ID));
    expect(await verify(STANDARD, OTHER_SECRET, signed())).toEqual(refused("mismatch"));
  });

  it.each([
    ["300 s old", -300, genuine(ID)],
    ["301 s old", -301, refused("expired")],
    ["300 s in the future", 300, genuine(ID)],
    ["301 s in the future", 301, refused("expired")],
  ])("judges a signature that is %s", async (_, offset, verdict) => {
    const request = signed({ atSeconds: NOW_SECONDS + offset });
    expect(await verify(STANDARD, SECRET, request)).toEqual(verdict);
  });

  it.each(["webhook-id", "webhook-timestamp"])("refuses an altered %s", async (name) => {
    const { body, headers } = signed();
    const changed = { ...headers, [name]: name === "webhook-id" ? "msg_2" : `${NOW_SECONDS + 1}` };
    expect(await verify(STANDARD, SECRET, { body, headers: changed })).toEqual(refused("mismatch"));
  });

  it("refuses an altered body", async () => {
    const request = { ...signed(), body: `${BODY} ` };
    expect(await verify(STANDARD, SECRET, request)).toEqual(refused("mismatch"));
  });

  it.each(["soon", "-1", "1e9", "1.5", "99999999999999"])(
    "refuses the timestamp '%s'",
    async (timestamp) => {
      const { body, headers } = signed();
      const sent = { body, headers: { ...headers, "webhook-timestamp": timestamp } };
      expect(await verify(STANDARD, SECRET, sent)).toEqual(refused("malformed"));
    },
  );
});

describe("GitHub's signatures", () => {
  const GITHUB: Proof = { kind: "github", header: "X-Hub-Signature-256" };
  /** The values by which GitHub's documentation lets implementations be tested. */
  const SECRET = "It's a Secret to Everybody";
  const BODY = "Hello, World!";
  const DIGEST = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const sent = (signature: string) => ({
    body: BODY,
    headers: { "X-Hub-Signature-256": signature },
  });

  it("takes the documented example", async () => {
    expect(await verify(GITHUB, SECRET, sent(`sha256=${DIGEST}`))).toEqual(genuine(null));
    const capitals = sent(`sha256=${DIGEST.toUpperCase()}`);
    expect(await verify(GITHUB, SECRET, capitals)).toEqual(genuine(null));
  });

  it("takes it in another header, if the hook says so", async () => {
    const verification: Proof = { kind: "github", header: "X-Signature" };
    const request = { body: BODY, headers: { "x-signature": `sha256=${DIGEST}` } };
    expect(await verify(verification, SECRET, request)).toEqual(genuine(null));
  });

  it.each([
    [DIGEST, "malformed"],
    [`sha1=${DIGEST}`, "malformed"],
    ["sha256=xyz", "malformed"],
    ["", "malformed"],
    ["sha256=", "mismatch"],
    [`sha256=${DIGEST.slice(0, 32)}`, "mismatch"],
    [`sha256=${DIGEST.replace("7", "8")}`, "mismatch"],
  ])("refuses '%s'", async (signature, reason) => {
    expect(await verify(GITHUB, SECRET, sent(signature))).toEqual(refused(reason));
  });

  it("refuses another secret, another body and no header", async () => {
    const request = sent(`sha256=${DIGEST}`);
    expect(await verify(GITHUB, "other", request)).toEqual(refused("mismatch"));
    expect(await verify(GITHUB, SECRET, { ...request, body: "Hello" })).toEqual(
      refused("mismatch"),
    );
    expect(await verify(GITHUB, SECRET, { body: BODY })).toEqual(refused("missing"));
  });
});

describe("Stripe's signatures", () => {
  const STRIPE: Proof = { kind: "stripe", header: "Stripe-Signature" };
  const SECRET = "whsec_test_secret";
  const BODY = '{"id":"evt_test_webhook","object":"event"}';
  const hmac = (seconds: number, secret = SECRET) =>
    createHmac("sha256", secret).update(`${seconds}.${BODY}`).digest("hex");
  const sent = (signature: string) => ({ body: BODY, headers: { "Stripe-Signature": signature } });
  const at = (seconds: number) => sent(`t=${seconds},v1=${hmac(seconds)}`);

  it("takes a signed request", async () => {
    expect(await verify(STRIPE, SECRET, at(NOW_SECONDS))).toEqual(genuine(null));
  });

  it("passes over other versions and takes one of several signatures", async () => {
    const [wrong, right] = [hmac(NOW_SECONDS, "other"), hmac(NOW_SECONDS)];
    const header = `t=${NOW_SECONDS},v0=${right},v1=${wrong},v1=${right}`;
    expect(await verify(STRIPE, SECRET, sent(header))).toEqual(genuine(null));
  });

  it.each([
    [-300, genuine(null)],
    [-301, refused("expired")],
    [300, genuine(null)],
    [301, refused("expired")],
  ])("judges a signature whose time is %i s from now", async (offset, verdict) => {
    expect(await verify(STRIPE, SECRET, at(NOW_SECONDS + offset))).toEqual(verdict);
  });

  it.each([
    ["", "malformed"],
    [`v1=${hmac(NOW_SECONDS)}`, "malformed"],
    [`t=${NOW_SECONDS}`, "malformed"],
    [`t=now,v1=${hmac(NOW_SECONDS)}`, "malformed"],
    [`t=${NOW_SECONDS},v0=${hmac(NOW_SECONDS)}`, "malformed"],
    [`t=${NOW_SECONDS},v1=nothex`, "malformed"],
    [`t=${NOW_SECONDS},v1=${hmac(NOW_SECONDS, "other")}`, "mismatch"],
    [`t=${NOW_SECONDS + 1},v1=${hmac(NOW_SECONDS)}`, "mismatch"],
    [`t=${NOW_SECONDS},v1=${hmac(NOW_SECONDS).slice(0, 32)}`, "mismatch"],
  ])("refuses '%s'", async (header, reason) => {
    expect(await verify(STRIPE, SECRET, sent(header))).toEqual(refused(reason));
  });

  it("refuses a request without the header", async () => {
    expect(await verify(STRIPE, SECRET, { body: BODY })).toEqual(refused("missing"));
  });
});

describe("Twilio's signatures", () => {
  /** The example of Twilio's documentation and of its libraries' tests. */
  const URL = "https://mycompany.com/myapp.php?foo=1&bar=2";
  const TOKEN = "12345";
  const SIGNATURE = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
  const FIELDS = {
    CallSid: "CA1234567890ABCDE",
    Caller: "+12349013030",
    Digits: "1234",
    From: "+12349013030",
    To: "+18005551212",
  };
  const twilio = (url: string | null = null): Proof => ({ kind: "twilio", url });
  const form = (fields: Record<string, string> | [string, string][], signature = SIGNATURE) => ({
    url: URL,
    body: new URLSearchParams(fields).toString(),
    headers: {
      "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
      "X-Twilio-Signature": signature,
    },
  });
  const EVENT_ID = Buffer.from(SIGNATURE, "base64").toString("hex");

  it("takes the documented example and knows it by its signature", async () => {
    expect(await verify(twilio(), TOKEN, form(FIELDS))).toEqual(genuine(EVENT_ID));
  });

  it("knows a request whose fields were put into another order as the same", async () => {
    const reversed = Object.entries(FIELDS).reverse();
    expect(await verify(twilio(), TOKEN, form(reversed))).toEqual(genuine(EVENT_ID));
  });

  it("takes the address that Twilio knows instead of the one that was asked", async () => {
    const request = { ...form(FIELDS), url: "http://localhost:8787/v1/hooks/calls" };
    expect(await verify(twilio(URL), TOKEN, request)).toEqual(genuine(EVENT_ID));
    expect(await verify(twilio(), TOKEN, request)).toEqual(refused("mismatch"));
  });

  it("refuses other fields, another token and other signatures", async () => {
    const more = form({ ...FIELDS, Digits: "4321" });
    expect(await verify(twilio(), TOKEN, more)).toEqual(refused("mismatch"));
    expect(await verify(twilio(), "54321", form(FIELDS))).toEqual(refused("mismatch"));
    const other = form(FIELDS, "0/KCTR6DLpKmkAf8muzZqo1nDgA=");
    expect(await verify(twilio(), TOKEN, other)).toEqual(refused("mismatch"));
    expect(await verify(twilio(), TOKEN, form(FIELDS, "%"))).toEqual(refused("malformed"));
    expect(await verify(twilio(), TOKEN, form(FIELDS, ""))).toEqual(refused("mismatch"));
    const { body, url } = form(FIELDS);
    expect(await verify(twilio(), TOKEN, { body, url })).toEqual(refused("missing"));
  });

  it("takes JSON whose digest is in the signed address, and no other", async () => {
    const body = '{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}';
    // SHA-256 of the body, as Twilio's samples give it.
    const digest = "5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9";
    const sign = (url: string) => createHmac("sha1", TOKEN).update(url).digest("base64");
    const json = (url: string, content = body) => ({
      url,
      body: content,
      headers: { "Content-Type": "application/json", "X-Twilio-Signature": sign(url) },
    });
    const url = `https://example.com/myapp?bodySHA256=${digest}`;
    expect(await verify(twilio(), TOKEN, json(url))).toMatchObject({ genuine: true });
    expect(await verify(twilio(), TOKEN, json(url, "{}"))).toEqual(refused("mismatch"));
    const unbound = json("https://example.com/myapp");
    expect(await verify(twilio(), TOKEN, unbound)).toEqual(refused("mismatch"));
  });
});

describe("a shared secret", () => {
  const bearer: Proof = { kind: "secret", header: "Authorization" };
  const plain: Proof = { kind: "secret", header: "X-Webhook-Token" };

  it("is taken from Authorization behind Bearer, and from other headers as it is", async () => {
    const inBearer = { headers: { Authorization: "Bearer s3cret" } };
    expect(await verify(bearer, "s3cret", inBearer)).toEqual(genuine(null));
    const inOther = { headers: { "X-Webhook-Token": "s3cret" } };
    expect(await verify(plain, ["new", "s3cret"], inOther)).toEqual(genuine(null));
  });

  it.each([
    ["Basic czNjcmV0", "malformed"],
    ["Bearer", "malformed"],
    ["s3cret", "malformed"],
    ["Bearer s3cre", "mismatch"],
    ["Bearer s3cret1", "mismatch"],
    ["Bearer S3cret", "mismatch"],
  ])("is not found in '%s'", async (header, reason) => {
    const sent = { headers: { Authorization: header } };
    expect(await verify(bearer, "s3cret", sent)).toEqual(refused(reason));
  });

  it("is missing without the header", async () => {
    expect(await verify(bearer, "s3cret", {})).toEqual(refused("missing"));
  });
});
