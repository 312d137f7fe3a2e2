/** A Worker that requests URLs by the service's own code and tells how that ended. */
import { UndertoneError } from "../../../src/errors.ts";
import { workerSend } from "../../../src/outbound/send-worker.ts";
import { attemptWebhook } from "../../../src/webhooks/attempt.ts";
import { fetchWhole } from "../jobs/fetch-whole.ts";

/** What to request, and how patiently. */
export interface OutboundOrder {
  readonly kind: "clip" | "webhook";
  readonly url: string;
  readonly timeoutMs: number;
  readonly allowPrivate: boolean;
  /** What webhooks are signed with. */
  readonly secret: string;
}

const MAX_CLIP_BYTES = 1000;

export default {
  async fetch(request: Request): Promise<Response> {
    const order = (await request.json()) as OutboundOrder;
    return Response.json(await (order.kind === "clip" ? fetchAsTold(order) : postAsTold(order)));
  },
};

async function fetchAsTold({ url, timeoutMs, allowPrivate }: OutboundOrder): Promise<object> {
  try {
    const limits = { maxBytes: MAX_CLIP_BYTES, timeoutMs };
    const clip = await fetchWhole(url, workerSend({ allowPrivate }), limits);
    return { clip: new TextDecoder().decode(clip) };
  } catch (error) {
    if (!(error instanceof UndertoneError)) throw error;
    return { slug: error.slug, message: error.message };
  }
}

function postAsTold({ url, timeoutMs, allowPrivate, secret }: OutboundOrder): Promise<object> {
  const message = { id: "msg_1", url, body: '{"type":"job.done"}', secrets: [secret] };
  return attemptWebhook(message, workerSend({ allowPrivate }), { nowMs: Date.now(), timeoutMs });
}
