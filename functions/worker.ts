/** What a Cloudflare Worker of the API does with requests, messages and the clock, wherever its models are computed. */
import type { ExecutionContext, MessageBatch } from "@cloudflare/workers-types";
import { Hono } from "hono";
import { createApp } from "../src/app.ts";
import { type Background, createBackground } from "../src/background.ts";
import { UndertoneError } from "../src/errors.ts";
import { problemResponse } from "../src/http/answer/problem.ts";
import type { AppEnv } from "../src/http/context.ts";
import { identifyRequest } from "../src/http/middleware/request-id.ts";
import { secureAnswers } from "../src/http/middleware/security-headers.ts";
import type { CloudflareBindings } from "../src/platform/cloudflare/bindings.ts";
import type { OpenEngines } from "../src/platform/cloudflare/engines/engines.ts";
import { log } from "../src/platform/cloudflare/log.ts";
import { cloudflarePlatform } from "../src/platform/cloudflare/platform.ts";
import type { Message, Outcome } from "../src/queue/messages.ts";

/** The parts of one isolate; without `background` it was set up wrongly. */
interface Deployment {
  readonly app: Hono<AppEnv>;
  readonly background?: Background;
  noteEvent(): void;
}

/** The handlers of a Worker. */
export interface ApiWorker {
  fetch(
    request: Request,
    bindings: CloudflareBindings,
    context: ExecutionContext,
  ): Promise<Response>;
  queue(
    batch: MessageBatch,
    bindings: CloudflareBindings,
    context: ExecutionContext,
  ): Promise<void>;
  scheduled(): Promise<void>;
}

/** Makes the Worker of an isolate, while the isolate starts, which Cloudflare has it do before the first request is there. */
export async function createApiWorker(
  bindings: CloudflareBindings,
  openEngines: OpenEngines,
): Promise<ApiWorker> {
  const deployment = await deploy(bindings, openEngines);
  return {
    async fetch(request, requestBindings, context) {
      deployment.noteEvent();
      const response = keepAwake(Promise.resolve(deployment.app.fetch(request, requestBindings)));
      // Others may be waiting for what this request loads, or for their turn after it; if the client left, workerd would drop
      // it half-way and never tell it (https://github.com/cloudflare/workerd/pull/5062).
      context.waitUntil(response);
      return await response;
    },

    async queue(batch, _bindings, context) {
      const { background } = deployment;
      deployment.noteEvent();
      if (background === undefined) return batch.retryAll({ delaySeconds: MISCONFIGURED_SECONDS });
      const take = takerOf(batch.queue, background, context);
      await keepAwake(Promise.all(batch.messages.map((message) => settle(message, take))));
    },

    async scheduled() {
      deployment.noteEvent();
      await deployment.background?.sweep();
    },
  };
}

/**
 * Has a timer run while `work` does. workerd cancels as hung what has no I/O and no timer of its own, even if it waits for
 * another request: for its turn to compute, or for a read that it joined.
 */
async function keepAwake<Result>(work: Promise<Result>): Promise<Result> {
  const timer = setInterval(() => {}, AWAKE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

const AWAKE_MS = 10_000;

/** Until somebody may have corrected the deployment. */
const MISCONFIGURED_SECONDS = 60;
/** Before the second try of a message whose first one threw, twice that before the third …, an hour at most. */
const FAILED_SECONDS = 10;
const MAX_FAILED_SECONDS = 3600;

/** A deployment that is set up wrongly logs the reason once and answers every request with it. */
async function deploy(bindings: CloudflareBindings, openEngines: OpenEngines): Promise<Deployment> {
  try {
    const platform = cloudflarePlatform(bindings, openEngines);
    await platform.prepare();
    const { noteEvent } = platform;
    return { app: createApp(platform), background: createBackground(platform), noteEvent };
  } catch (error) {
    if (!(error instanceof UndertoneError)) throw error;
    log({ level: "error", event: "misconfigured", message: error.message });
    return {
      app: new Hono<AppEnv>()
        .use(secureAnswers(), identifyRequest)
        .all("*", (c) => problemResponse(error, c)),
      noteEvent() {},
    };
  }
}

type Take = (body: unknown) => Promise<Outcome>;

/** The consumer of a queue, by the end of its name. */
function takerOf(queue: string, background: Background, context: ExecutionContext): Take {
  if (queue.endsWith("-deliveries")) return (body) => deliverAside(background, context, body);
  if (queue.endsWith("-dead-letters")) return (body) => background.bury(body as Message);
  if (queue.endsWith("-bucket-events")) return (body) => background.takeBucketEvent(body);
  return (body) => background.consume(body as Message);
}

/**
 * Lets a webhook go on when the batch is over: a receiver that does not answer keeps no later batch waiting. Should it come
 * to nothing, the sweep sends its message again.
 */
async function deliverAside(
  background: Background,
  context: ExecutionContext,
  body: unknown,
): Promise<Outcome> {
  context.waitUntil(background.consume(body as Message).catch(logFailure));
  return { kind: "done" };
}

function logFailure(error: unknown): void {
  log({ level: "error", event: "message-failed", message: String(error) });
}

/** Says of each message by itself what became of it: one that fails has no other delivered again. */
async function settle(message: MessageBatch["messages"][number], take: Take): Promise<void> {
  try {
    const outcome = await take(message.body);
    if (outcome.kind === "done") message.ack();
    else message.retry({ delaySeconds: outcome.delaySeconds });
  } catch (error) {
    logFailure(error);
    const delaySeconds = FAILED_SECONDS * 2 ** (message.attempts - 1);
    message.retry({ delaySeconds: Math.min(delaySeconds, MAX_FAILED_SECONDS) });
  }
}
