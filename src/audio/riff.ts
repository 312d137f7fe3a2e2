/** RIFF chunks: where each lies, found without reading what is in them. */

const CHUNK_HEADER_BYTES = 8;

/** One chunk: its bytes begin at `start`; `declaredBytes` is what its header says, which may be more than there is. */
export interface RiffChunk {
  readonly id: string;
  readonly start: number;
  readonly declaredBytes: number;
}

/** A view of the same bytes, wherever they begin in their buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Four bytes as text, one character for each byte. */
function fourCharacters(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

/** The chunks from `offset` on, in order, until no whole chunk header is left; odd sizes are followed by a pad byte. */
export function* walkChunks(bytes: Uint8Array, offset: number): Generator<RiffChunk> {
  const view = viewOf(bytes);
  let position = offset;
  while (position + CHUNK_HEADER_BYTES <= bytes.length) {
    const declaredBytes = view.getUint32(position + 4, true);
    const start = position + CHUNK_HEADER_BYTES;
    yield { id: fourCharacters(bytes, position), start, declaredBytes };
    position = start + declaredBytes + (declaredBytes % 2);
  }
}

/** Whether the bytes from `offset` to the end are nothing but whole chunks with printable names. */
export function isChunkSequence(bytes: Uint8Array, offset: number): boolean {
  let end = offset;
  let paddedEnd = offset;
  for (const chunk of walkChunks(bytes, offset)) {
    if (!/^[\x20-\x7e]{4}$/.test(chunk.id)) return false;
    end = chunk.start + chunk.declaredBytes;
    paddedEnd = end + (chunk.declaredBytes % 2);
  }
  return bytes.length === end || bytes.length === paddedEnd;
}
