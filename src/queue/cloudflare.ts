/** Messages by Cloudflare Queues. */
import type { Queue } from "@cloudflare/workers-types";
import { UndertoneError } from "../errors.ts";
import { type Message, type MessageQueue, type QueueName, queueOf } from "./messages.ts";

/** The part of a binding that the driver uses. */
export type QueueBinding = Pick<Queue<Message>, "sendBatch">;

/** https://developers.cloudflare.com/queues/platform/limits/ */
const MAX_MESSAGES_PER_CALL = 100;
const MAX_DELAY_SECONDS = 12 * 3600;

/**
 * Opens the queues behind their bindings.
 * @throws UndertoneError `internal` if one of them is no queue, so that a mistake in wrangler.toml shows at once.
 */
export function cloudflareQueue(candidates: Readonly<Record<QueueName, unknown>>): MessageQueue {
  const bindings = {
    work: checkBinding(candidates.work),
    deliveries: checkBinding(candidates.deliveries),
  };
  return {
    async send(messages, { delaySeconds = 0 } = {}) {
      const options = { delaySeconds: Math.min(Math.ceil(delaySeconds), MAX_DELAY_SECONDS) };
      for (const queue of ["work", "deliveries"] as const) {
        const ours = messages.filter((message) => queueOf(message) === queue);
        for (let first = 0; first < ours.length; first += MAX_MESSAGES_PER_CALL) {
          const call = ours.slice(first, first + MAX_MESSAGES_PER_CALL);
          await bindings[queue].sendBatch(
            call.map((body) => ({ body, contentType: "json" })),
            options,
          );
        }
      }
    },
  };
}

function checkBinding(candidate: unknown): QueueBinding {
  const binding = candidate as Partial<QueueBinding> | null | undefined;
  if (typeof binding?.sendBatch === "function") return binding as QueueBinding;
  throw new UndertoneError(
    "internal",
    "Not a queue: name the binding in [[queues.producers]] of wrangler.toml.",
  );
}
