/** The elementary stream descriptor of an MP4 track (ISO/IEC 14496-1 §7.2.6): which codec, and its set-up data. */

/** The value; null where it is absent. */
export interface StreamDescriptor {
  /** Such as 0x40 for AAC. */
  readonly objectType: number | null;
  readonly setUp: Uint8Array | null;
}

const VERSION_BYTES = 4;
const STREAM = 0x03;
const DECODER = 0x04;
const DECODER_SET_UP = 0x05;
const DECODER_FIELDS_BYTES = 13;
/** A size's bytes have seven bits each. */
const MOST_SIZE_BYTES = 4;

/** Reads `esds`; descriptors that make no sense end the reading. */
export function readStreamDescriptor(esds: Uint8Array): StreamDescriptor {
  let objectType: number | null = null;
  for (let at = VERSION_BYTES; at < esds.length; ) {
    const tag = esds[at++];
    const { size, bytes } = readSize(esds, at);
    at += bytes;
    if (tag === DECODER_SET_UP) return { objectType, setUp: esds.subarray(at, at + size) };
    if (tag === STREAM) {
      at += streamFieldBytes(esds.subarray(at));
    } else if (tag === DECODER) {
      objectType = esds[at] ?? null;
      at += DECODER_FIELDS_BYTES;
    } else {
      at += size;
    }
  }
  return { objectType, setUp: null };
}

function readSize(bytes: Uint8Array, start: number): { size: number; bytes: number } {
  let size = 0;
  for (let index = 0; index < MOST_SIZE_BYTES; index++) {
    const byte = bytes[start + index] ?? 0;
    size = size * 128 + (byte & 0x7f);
    if (byte < 0x80) return { size, bytes: index + 1 };
  }
  return { size, bytes: MOST_SIZE_BYTES };
}

/** An id and flags, and what the flags say comes with them: another stream's id, an address, a clock's id. */
function streamFieldBytes(fields: Uint8Array): number {
  const flags = fields[2] ?? 0;
  const address = flags & 0x40 ? 1 + (fields[flags & 0x80 ? 5 : 3] ?? 0) : 0;
  return 3 + (flags & 0x80 ? 2 : 0) + address + (flags & 0x20 ? 2 : 0);
}
