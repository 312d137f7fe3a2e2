/** Sends parts as they are made. */
import type { Context } from "hono";
import { copyingStream } from "../../copying-stream.ts";
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

/** What parts are made of. */
export interface PartsMemory {
  /**
   * Called once they are sent, or the client is gone; may be called again.
   * @param areCopied true if nobody has a part any more, so that its memory may be freed
   */
  release(areCopied: boolean): void;
}

/**
 * A stream that makes the next part only when the client is ready for it, and stops making them when it leaves. The request's
 * log line waits for its end.
 */
export function streamParts(
  c: Context<AppEnv>,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  memory: PartsMemory,
): ReadableStream<Uint8Array> {
  let areCopied = false;
  const end = awaitEnd(c, () => memory.release(areCopied));
  // Of an answer that nobody has begun to read the stream is told nothing.
  c.req.raw.signal.addEventListener("abort", () => end("cut-off"), { once: true });
  const stream = copyingStream();
  if (stream === null) return streamOf(parts, end);
  void writeAll(parts, stream.writable).then(
    () => {
      areCopied = true;
      end("whole");
    },
    () => end("cut-off"),
  );
  return stream.readable;
}

async function writeAll(
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  writable: WritableStream<Uint8Array>,
): Promise<void> {
  const writer = writable.getWriter();
  try {
    for await (const part of parts) await writer.write(part);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

function streamOf(
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  end: (how: StreamEnd) => void,
): ReadableStream<Uint8Array> {
  const iterator =
    Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
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
