/** Sends parts as they are made. */
import type { LedgerEntry } from "../../ledger.ts";

/**
 * A stream that makes the next part only when the client is ready for it, and stops making them when it leaves.
 * @param memory what the parts are made of; released once they are sent, or the client is gone
 */
export function streamParts(
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  memory: Pick<LedgerEntry, "release">,
  clientGone: AbortSignal,
): ReadableStream<Uint8Array> {
  const iterator =
    Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
  const release = () => memory.release();
  // Of an answer that nobody has begun to read the stream is told nothing.
  clientGone.addEventListener("abort", release, { once: true });
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (!done) return controller.enqueue(value);
        controller.close();
        release();
      } catch (error) {
        release();
        throw error;
      }
    },
    async cancel() {
      release();
      await iterator.return?.();
    },
  });
}
