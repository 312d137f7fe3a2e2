/** Check of a queue: a message has to come to its consumer. */
import { newId } from "../../crypto/ids.ts";
import { sql } from "../../database/database.ts";
import type { Platform } from "../../platform/platform.ts";
import type { QueueName } from "../../queue/messages.ts";
import { broken, type Finding, ok, slow } from "../check.ts";
import { selfTestKey } from "../message.ts";

const LOOK_MS = 200;
/** A message takes a second or two, and longer where jobs are before it. */
const SLOW_MS = 5_000;

/** Sends a message and waits until its consumer has answered. */
export async function checkQueue(
  platform: Platform,
  queue: QueueName,
  signal: AbortSignal,
): Promise<Finding> {
  const { files } = platform;
  const id = newId("message");
  const key = selfTestKey(id);
  const beganMs = performance.now();
  await platform.queue.send([{ kind: "self-test", id, queue }]);
  while (!signal.aborted) {
    if ((await files.get(key)) !== null) {
      await files.delete(key);
      return arrived(Math.round(performance.now() - beganMs));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return await lost(platform);
}

function arrived(tookMs: number): Finding {
  const detail = `a message came to its consumer in ${tookMs} ms`;
  return tookMs <= SLOW_MS
    ? ok(detail)
    : slow(detail, "Others were before it, or a consumer had to be started.");
}

/** Jobs that wait explain why nobody takes a message. */
async function lost({ database }: Platform): Promise<Finding> {
  const waiting = await database.first(
    sql`SELECT 1 FROM jobs WHERE status IN ('queued', 'running') LIMIT 1`,
  );
  const detail = "a message did not come to its consumer in time";
  return waiting === null
    ? broken(detail, "Check that the queue exists and that the service consumes it.")
    : slow(detail, "Jobs are before it: ask again when they are done, or allow more consumers.");
}
