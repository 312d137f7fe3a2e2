/** Sends parts as they are made. */
import type { Context } from "hono";
import type { LedgerEntry } from "../../ledger.ts";
import type { AppEnv, StreamEnd } from "../context.ts";

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
  const sent = Promise.withResolvers<StreamEnd>();
  c.set("sent", sent.promise);
  const end = (how: StreamEnd) => {
    memory.release();
    sent.resolve(how);
  };
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
