/**
 * Several consumers of the queue of jobs in one workerd, each an isolate of its own. Miniflare gives the messages of a queue to one
 * consumer, one after the other, so a Worker in the queue's place hands each to a consumer that is free.
 */
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { type BuiltWorkerOptions, modulesOf } from "../../support/runtimes/built-worker.ts";
import { buildWorker } from "../../support/runtimes/worker-build.ts";

const CONFIG = join(import.meta.dirname, "../../wrangler.toml");

type Workers = NonNullable<BuiltWorkerOptions["others"]>;

/** The queue that is spread over them. */
export const SPREAD_QUEUE = "undertone-work";

/** The names of so many consumers. */
export function consumerNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `undertone-consumer-${index + 1}`);
}

/** The consumers, which share the storage of the Worker `undertone`, and the Worker in the queue's place. */
export async function spreadConsumers(
  count: number,
  { prelude = "", vars = {}, internet }: BuiltWorkerOptions,
): Promise<Workers> {
  const { main, wasm } = await buildWorker(CONFIG);
  const configured: Record<string, unknown> =
    unstable_getMiniflareWorkerOptions(CONFIG).workerOptions;
  const program = [
    { type: "ESModule", path: "cloudflare.js", contents: `${prelude}\n${main}` } as const,
  ];
  const names = consumerNames(count);
  const consumers = names.map((name) => ({
    ...configured,
    ...modulesOf(program, wasm),
    ...{ name, queueConsumers: {}, outboundService: internet },
    bindings: {
      ...(configured.bindings as object),
      UNDERTONE_LOCAL: "1",
      UNDERTONE_OPEN: "1",
      ...vars,
    },
  }));
  const spreader = {
    name: "undertone-spreader",
    modules: [{ type: "ESModule", path: "spreader.js", contents: SPREADER }],
    compatibilityDate: configured.compatibilityDate,
    compatibilityFlags: [
      ...["service_binding_extra_handlers", "queue_consumer_no_wait_for_wait_until"],
    ],
    queueConsumers: { [SPREAD_QUEUE]: { maxBatchSize: 1 } },
    queueProducers: { WORK: { queueName: SPREAD_QUEUE } },
    serviceBindings: Object.fromEntries(names.map((name, index) => [`CONSUMER_${index}`, name])),
    bindings: { COUNT: count, QUEUE: SPREAD_QUEUE },
  };
  return [...consumers, spreader] as unknown as Workers;
}

const SPREADER = `
  const busy = new Set();
  export default {
    async queue({ messages: [message] }, env, context) {
      let free;
      for (;;) {
        free = Array.from({ length: env.COUNT }, (_, index) => index).find((index) => !busy.has(index));
        if (free !== undefined) break;
        await scheduler.wait(5);
      }
      busy.add(free);
      context.waitUntil(give(env, free, message));
    },
  };
  async function give(env, index, { id, timestamp, body, attempts }) {
    try {
      const { retryMessages, retryBatch } = await env["CONSUMER_" + index].queue(env.QUEUE, [{ id, timestamp, body, attempts }]);
      const [retry] = retryMessages;
      if (retry || retryBatch.retry) await env.WORK.send(body, { delaySeconds: retry?.delaySeconds ?? retryBatch.delaySeconds ?? 0 });
    } finally {
      busy.delete(index);
    }
  }
`;
