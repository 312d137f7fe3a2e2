/** Messages of the queues: names of rows, never their contents, so that a message may come twice or late. */

/** A job to do, a batch to submit further or to finish, or a webhook to send. */
export type Message =
  | { readonly kind: "job"; readonly id: string }
  | { readonly kind: "batch"; readonly id: string }
  | { readonly kind: "delivery"; readonly id: string };

/** Deliveries have a queue of their own: endpoints that do not answer must not hold up computations. */
export type QueueName = "work" | "deliveries";

/** Which queue carries a message. */
export function queueOf({ kind }: Message): QueueName {
  return kind === "delivery" ? "deliveries" : "work";
}

/** Takes messages; each is given to a consumer at least once, not before `delaySeconds` have passed. */
export interface MessageQueue {
  send(messages: readonly Message[], options?: { readonly delaySeconds?: number }): Promise<void>;
}

/** A message that failed so often is dead: wrangler.toml's five retries, and the same on Node. */
export const MESSAGE_TRIES = 6;

/** The fate of a message after a try: removed, or given again (and counted) after a delay. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "retry"; readonly delaySeconds: number };
