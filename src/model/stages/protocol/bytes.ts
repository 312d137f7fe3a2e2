/** The bytes of frames out of streams. */
import { fillFrom } from "../../../fill-from.ts";
import type { FrameBytes } from "./frames.ts";

/** Of a byte stream: each is read to where it is to lie, so that matrices leave no garbage of pieces. */
export function bytesOfStream(stream: ReadableStream<Uint8Array>): FrameBytes {
  const reader = stream.getReader({ mode: "byob" });
  return {
    async take(count) {
      const { buffer, filled } = await fillFrom(reader, new ArrayBuffer(count), count);
      return new Uint8Array(buffer, 0, filled);
    },
  };
}

/** Of pieces of any size. */
export function bytesOfPieces(pieces: AsyncIterable<Uint8Array>): FrameBytes {
  const iterator = pieces[Symbol.asyncIterator]();
  let rest = new Uint8Array();
  return {
    async take(count) {
      const taken = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        if (rest.length === 0) {
          const { done, value } = await iterator.next();
          if (done) break;
          rest = value as Uint8Array<ArrayBuffer>;
          continue;
        }
        const piece = rest.subarray(0, count - filled);
        taken.set(piece, filled);
        filled += piece.length;
        rest = rest.subarray(piece.length);
      }
      return taken.subarray(0, filled);
    },
  };
}
