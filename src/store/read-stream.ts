/** Reading streams: into one buffer, without the second copy that collecting pieces would take, or piece by piece. */

import { fillFrom } from "../fill-from.ts";
import type { ReusedMemory } from "../reused-memory.ts";

/** A stream of bytes, such as the body of an object. */
export type ByteStream = ReadableStream<Uint8Array>;

/** Streams of Workers come in pieces of 4 KiB where nobody says otherwise. */
const PIECE_BYTES = 65_536;

/** The bytes of a stream, each piece in memory of its own; whoever stops early cancels it. */
export async function* readPieces(stream: ByteStream): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { reader, next } = nextPieces(stream);
  let isRead = false;
  try {
    for (;;) {
      const piece = await next();
      isRead = piece === null;
      if (piece === null) return;
      yield piece;
    }
  } finally {
    if (!isRead) await reader.cancel().catch(() => {});
  }
}

/** Streams that come from another process, as Miniflare's do in Node, are none of bytes. */
function nextPieces(stream: ByteStream) {
  try {
    const reader = stream.getReader({ mode: "byob" });
    const next = async (): Promise<Uint8Array<ArrayBuffer> | null> => {
      const { buffer, filled } = await fillFrom(reader, new ArrayBuffer(PIECE_BYTES), PIECE_BYTES);
      return filled === 0 ? null : new Uint8Array(buffer, 0, filled);
    };
    return { reader, next };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const reader = stream.getReader();
    const next = async () =>
      ((await reader.read()).value as Uint8Array<ArrayBuffer> | undefined) ?? null;
    return { reader, next };
  }
}

/**
 * Reads `stream` to its end.
 * @param memory where the bytes are to lie; memory of their own if it is left out
 * @returns its bytes, or null if they are not `byteLength` many
 */
export async function readStream(
  stream: ReadableStream<Uint8Array>,
  byteLength: number,
  memory?: ReusedMemory,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const reader = stream.getReader({ mode: "byob" });
  // One byte more than there should be, so that a longer stream is noticed and an empty view never asked for.
  const place = memory?.take(byteLength + 1) ?? new ArrayBuffer(byteLength + 1);
  const { buffer, filled } = await fillFrom(reader, place, byteLength + 1);
  if (filled !== byteLength) return null;
  const bytes = new Uint8Array(buffer, 0, byteLength);
  memory?.own(bytes);
  return bytes;
}
