/** Reads a packet bit by bit, the highest bit of each byte first. */

/** The position of the reader; beyond the end there are zeros, and loops check `isOver`. */
export interface BitReader {
  /** The packet and some zeros. */
  readonly bytes: Uint8Array;
  readonly lengthBits: number;
  /** In bits. */
  position: number;
}

/** The bytes that the longest look ahead sees behind the last byte. */
const PADDING_BYTES = 8;

/** A reader from the first bit on. */
export function bitReader(packet: Uint8Array): BitReader {
  const bytes = new Uint8Array(packet.length + PADDING_BYTES);
  bytes.set(packet);
  return { bytes, lengthBits: packet.length * 8, position: 0 };
}

/** The 32 bits at a position, unsigned. */
export function bitsAt(bytes: Uint8Array, position: number): number {
  const index = position >>> 3;
  const used = position & 7;
  const four =
    ((bytes[index] as number) << 24) |
    ((bytes[index + 1] as number) << 16) |
    ((bytes[index + 2] as number) << 8) |
    (bytes[index + 3] as number);
  return ((four << used) | ((bytes[index + 4] as number) >>> (8 - used))) >>> 0;
}

/** Takes 1 to 32 bits as an unsigned number. */
export function readBits(reader: BitReader, count: number): number {
  const value = bitsAt(reader.bytes, reader.position) >>> (32 - count);
  reader.position += count;
  return value;
}

/** Takes 1 to 32 bits as a two's complement number. */
export function readSignedBits(reader: BitReader, count: number): number {
  const value = bitsAt(reader.bytes, reader.position) >> (32 - count);
  reader.position += count;
  return value;
}

/** True if more was taken than there is. */
export function isOver({ position, lengthBits }: BitReader): boolean {
  return position > lengthBits;
}
