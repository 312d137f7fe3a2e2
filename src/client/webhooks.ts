/** Verifies webhooks that Undertone sends (Standard Webhooks 1.0.0). */
import { Webhook, WebhookVerificationError } from "standardwebhooks";

export { WebhookVerificationError };

/** A link that works without an API key until it expires. */
export interface SignedLink {
  readonly url: string;
  readonly expires_at: string;
}

interface EventData {
  readonly id: string;
  readonly task: string;
  readonly status: string;
  readonly metadata?: unknown;
}

/** What a job or a batch has ended with. */
export type WebhookEvent =
  | {
      readonly type: "job.done" | "job.failed" | "job.cancelled";
      readonly timestamp: string;
      readonly data: EventData & {
        /** Of `job.done`; `null` if the service does not know its own address. */
        readonly result?: SignedLink | null;
        /** Of `job.failed`. */
        readonly problem?: { readonly type: string; readonly detail: string };
      };
    }
  | {
      readonly type: "batch.done" | "batch.cancelled";
      readonly timestamp: string;
      readonly data: EventData & {
        /** The number of jobs by status. */
        readonly counts: Readonly<Record<string, number>>;
        readonly results: SignedLink | null;
      };
    };

/** A webhook as it came. */
export interface ReceivedWebhook {
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes, or the text, as they came: not parsed and written anew. */
  readonly body: string | Uint8Array;
}

const HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/**
 * Verifies a webhook and gives its event. Its headers' `webhook-id` is the same for each try of one event.
 * @param secret `whsec_…`, or both while they are rotated
 * @throws WebhookVerificationError if none of the secrets has signed it in the last five minutes
 */
export function verifyWebhook(
  secret: string | readonly string[],
  { headers, body }: ReceivedWebhook,
): WebhookEvent {
  const secrets = typeof secret === "string" ? [secret] : secret;
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const given = Object.fromEntries(HEADERS.map((name) => [name, headerOf(headers, name)]));
  let last: unknown = new WebhookVerificationError("No secret was given");
  for (const one of secrets) {
    try {
      return new Webhook(one).verify(text, given) as WebhookEvent;
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      last = error;
    }
  }
  throw last;
}

/** Servers give the names of headers in lower case. */
function headerOf(headers: ReceivedWebhook["headers"], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  return typeof value === "string" ? value : (value?.[0] ?? "");
}
