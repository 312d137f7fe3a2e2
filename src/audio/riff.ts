/** Chunks of RIFF and IFF files: a name, a size, and that many bytes. */
import type { ByteSource } from "./byte-source.ts";

const CHUNK_HEADER_BYTES = 8;

/** One chunk: its bytes begin at `start`; `declaredBytes` is what its header says, which may be more than there is. */
export interface Chunk {
  readonly id: string;
  readonly start: number;
  readonly declaredBytes: number;
}

/** A view of the same bytes, wherever they begin in their buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Four bytes as text, one character for each byte. */
export function fourCharacters(bytes: Uint8Array, offset = 0): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

/** Takes a chunk's header, so that its bytes come next; null where no whole header is left. */
export async function readChunkHeader(
  source: ByteSource,
  littleEndian: boolean,
): Promise<Chunk | null> {
  const header = await source.read(CHUNK_HEADER_BYTES);
  if (header.length < CHUNK_HEADER_BYTES) return null;
  return {
    id: fourCharacters(header),
    start: source.position,
    declaredBytes: viewOf(header).getUint32(4, littleEndian),
  };
}

/** Passes over what is left of a chunk, to the header after it; odd sizes are followed by a pad byte. */
export async function skipChunk(source: ByteSource, chunk: Chunk): Promise<void> {
  const end = chunk.start + chunk.declaredBytes + (chunk.declaredBytes % 2);
  await source.skip(end - source.position);
}
