/** Sends parts as they are made. */
import type { Context } from "hono";
import type { LedgerEntry } from "../../ledger.ts";
import type { AppEnv, StreamEnd } from "../context.ts";

/** Has a request's log line wait for the end of its answer; what is given tells of it, and may be called twice, as `release` may. */
export function awaitEnd(c: Context<AppEnv>, release: () => void): (how: StreamEnd) => void {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  c.set("sent", promise);
  return (how) => {
    release();
    resolve(how);
  };
}

/**
 * A stream that makes the next part only when the client is ready for it, and stops making them when it leaves. The request's
 * log line waits for its end.
 * @param memory what the parts are made of; released once they are sent, or the client is gone
 */
export function streamParts(
  c: Context<AppEnv>,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  memory: Pick<LedgerEntry, "release">,
): ReadableStream<Uint8Array> {
  const iterator =
    Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
  const end = awaitEnd(c, () => memory.release());
  // Of an answer that nobody has begun to read the stream is told nothing.
  c.req.raw.signal.addEventListener("abort", () => end("cut-off"), { once: true });
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (!done) return controller.enqueue(value);
        controller.close();
        end("whole");
      } catch (error) {
        end("cut-off");
        throw error;
      }
    },
    async cancel() {
      end("cut-off");
      await iterator.return?.();
    },
  });
}
