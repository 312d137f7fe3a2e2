/** Senders of every kind that a hook can verify: their hook, and their requests signed as they sign them. */
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { Hook } from "../../../src/hooks/hook.ts";
import type { Proof } from "../../../src/hooks/proofs/proof.ts";

/** What a sender has to tell, and when. */
export interface SentEvent {
  /** The service's address as the sender knows it. */
  readonly origin: string;
  readonly clipUrl: string;
  readonly nowMs: number;
}

/** A sender and the hook that takes its webhooks. */
export interface Sender {
  readonly kind: Proof["kind"];
  readonly hook: Hook;
  readonly secret: string;
  /** Of the same form, and not the hook's. */
  readonly strangersSecret: string;
  readonly contentType: string;
  body(clipUrl: string): string;
  /** The headers that prove where `body` comes from. */
  sign(secret: string, body: string, event: SentEvent): Record<string, string>;
}

/** A request as `fetch` takes it. */
export interface SignedRequest {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The request by which a sender tells of an event. */
export async function hookRequest(sender: Sender, event: SentEvent): Promise<SignedRequest> {
  const body = sender.body(event.clipUrl);
  const headers = sender.sign(sender.secret, body, event);
  return { method: "POST", headers: { "Content-Type": sender.contentType, ...headers }, body };
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

const standard = sender({
  kind: "standard",
  verification: { kind: "standard" },
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  strangersSecret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
  sign: (secret, body, { nowMs }) => ({
    "webhook-id": "msg_recording_1",
    "webhook-timestamp": String(Math.floor(nowMs / 1000)),
    "webhook-signature": new Webhook(secret).sign("msg_recording_1", new Date(nowMs), body),
  }),
});

const github = sender({
  kind: "github",
  verification: { kind: "github", header: "X-Hub-Signature-256" },
  sign: (secret, body) => ({ "X-Hub-Signature-256": `sha256=${hexHmac(secret, body)}` }),
});

const stripe = sender({
  kind: "stripe",
  verification: { kind: "stripe", header: "Stripe-Signature" },
  sign(secret, body, { nowMs }) {
    const seconds = Math.floor(nowMs / 1000);
    return { "Stripe-Signature": `t=${seconds},v1=${hexHmac(secret, `${seconds}.${body}`)}` };
  },
});

const twilio = {
  ...sender({
    kind: "twilio",
    verification: { kind: "twilio", url: null },
    sign(secret, body, { origin }) {
      const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1));
      const content = `${origin}/v1/hooks/twilio-calls${fields.flat().join("")}`;
      return {
        "X-Twilio-Signature": createHmac("sha1", secret).update(content).digest("base64"),
      };
    },
  }),
  contentType: FORM_TYPE,
  body: (clipUrl: string) =>
    new URLSearchParams({ RecordingUrl: clipUrl, CallSid: "CA1", AccountSid: "AC1" }).toString(),
};

const shared = sender({
  kind: "secret",
  verification: { kind: "secret", header: "Authorization" },
  secret: "s3cret",
  strangersSecret: "an0ther",
  sign: (secret) => ({ Authorization: `Bearer ${secret}` }),
});

/** One sender of each kind. */
export const HOOK_KINDS: readonly [Sender, ...Sender[]] = [
  standard,
  github,
  stripe,
  {
    ...twilio,
    hook: { ...twilio.hook, audio: { pointer: "/RecordingUrl", holds: "url" } },
  },
  shared,
];

type SenderParts = Pick<Sender, "kind" | "sign"> &
  Partial<Pick<Sender, "secret" | "strangersSecret">> & { readonly verification: Proof };

/** A sender of JSON with the clip's URL at /recording/url, unless it says otherwise. */
function sender({
  kind,
  verification,
  sign,
  secret = "It's a Secret to Everybody",
  strangersSecret = "another secret",
}: SenderParts): Sender {
  return {
    kind,
    secret,
    strangersSecret,
    sign,
    contentType: JSON_TYPE,
    body: (clipUrl) => JSON.stringify({ type: "recording.done", recording: { url: clipUrl } }),
    hook: {
      name: `${kind}-calls`,
      owner: null,
      createdAt: Date.UTC(2026, 0, 1),
      verification,
      secrets: [secret],
      audio: { pointer: "/recording/url", holds: "url" },
      idPointer: null,
      options: {},
      callbackUrl: null,
    },
  };
}

function hexHmac(secret: string, content: string): string {
  return createHmac("sha256", secret).update(content).digest("hex");
}
