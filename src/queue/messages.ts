/** Messages of the queues: names of rows, never their contents, so that a message may come twice or late. */

/** A message, and the trace of who sent it, if that is traced: W3C Trace Context's header. */
export type Message = Subject & { readonly traceparent?: string };

/** A job to do, a window of a job's recording to compute, a batch to submit further or to finish, a webhook to send, or a question whether messages come. */
type Subject =
  | { readonly kind: "job"; readonly id: string }
  /** `id` is that of the job: whichever window is the next. */
  | { readonly kind: "window"; readonly id: string }
  | { readonly kind: "batch"; readonly id: string }
  | { readonly kind: "delivery"; readonly id: string }
  | SelfTestMessage;

/** A message of a self-test, to see whether the queue carries it. */
export interface SelfTestMessage {
  readonly kind: "self-test";
  readonly id: string;
  readonly queue: QueueName;
}

/** Deliveries have a queue of their own: endpoints that do not answer must not hold up computations. */
export type QueueName = "work" | "deliveries";

/** Which queue carries a message. */
export function queueOf(message: Message): QueueName {
  if (message.kind === "self-test") return message.queue;
  return message.kind === "delivery" ? "deliveries" : "work";
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

/** The message is removed. */
export const DONE: Outcome = { kind: "done" };
