/** The length of a FLAC frame, which no field of it says: told by going through its subframes (RFC 9639 §9.2). */
import type { FlacFrameHeader } from "./frame-header.ts";

/** A frame's end: how many bytes it has with its checksum, or that it needs more than there are, or that it is none. */
export type FlacFrameLength = number | "cut" | "broken";

const CRC_BYTES = 2;
const HIGHEST_FIXED_ORDER = 4;
const PREDICTOR_PRECISION_BITS = 4;
const PREDICTOR_SHIFT_BITS = 5;
const FIXED = 8;
const LINEAR = 32;

interface Bits {
  readonly bytes: Uint8Array;
  /** In bits. */
  position: number;
}

/**
 * Measures the frame that begins `bytes`.
 * @param bitsPerSample of the stream.
 */
export function measureFlacFrame(
  bytes: Uint8Array,
  header: FlacFrameHeader,
  bitsPerSample: number,
): FlacFrameLength {
  const bits: Bits = { bytes, position: header.headerBytes * 8 };
  for (let channel = 0; channel < header.channels; channel++) {
    const sampleBits = bitsPerSample + (channel === header.sideChannel ? 1 : 0);
    if (!passSubframe(bits, header.blockFrames, sampleBits)) return "broken";
    if (isCut(bits)) return "cut";
  }
  const length = Math.ceil(bits.position / 8) + CRC_BYTES;
  return length <= bytes.length ? length : "cut";
}

/** False if it is none, as far as the bytes go. */
function passSubframe(bits: Bits, blockFrames: number, codedBits: number): boolean {
  const type = take(bits, 7);
  const hasWastedBits = take(bits, 1) === 1;
  const sampleBits = hasWastedBits ? codedBits - 1 - takeUnary(bits) : codedBits;
  if (sampleBits <= 0) return isCut(bits);
  if (type === 0) return pass(bits, sampleBits);
  if (type === 1) return pass(bits, blockFrames * sampleBits);
  if (type >= FIXED && type <= FIXED + HIGHEST_FIXED_ORDER) {
    const order = type - FIXED;
    return pass(bits, order * sampleBits) && passResiduals(bits, blockFrames, order);
  }
  if (type < LINEAR || type >= 2 * LINEAR) return isCut(bits);
  const order = type - LINEAR + 1;
  pass(bits, order * sampleBits);
  const precision = take(bits, PREDICTOR_PRECISION_BITS) + 1;
  pass(bits, PREDICTOR_SHIFT_BITS + order * precision);
  return passResiduals(bits, blockFrames, order);
}

/** In partitions, each with a parameter of its own: Rice codes, or numbers of so many bits. False if they are none. */
function passResiduals(bits: Bits, blockFrames: number, order: number): boolean {
  const method = take(bits, 2);
  if (method > 1) return isCut(bits);
  const parameterBits = method === 0 ? 4 : 5;
  const escapeParameter = 2 ** parameterBits - 1;
  const partitionOrder = take(bits, 4);
  const partitionFrames = blockFrames >> partitionOrder;
  if (partitionFrames << partitionOrder !== blockFrames || partitionFrames < order) {
    return isCut(bits);
  }
  for (let partition = 0; partition < 2 ** partitionOrder && !isCut(bits); partition++) {
    const residuals = partition === 0 ? partitionFrames - order : partitionFrames;
    const parameter = take(bits, parameterBits);
    if (parameter === escapeParameter) pass(bits, residuals * take(bits, 5));
    else passRiceCodes(bits, residuals, parameter);
  }
  return true;
}

function passRiceCodes(bits: Bits, count: number, parameter: number): void {
  for (let code = 0; code < count && !isCut(bits); code++) {
    takeUnary(bits);
    bits.position += parameter;
  }
}

/** Always true, so that steps can be chained. */
function pass(bits: Bits, count: number): true {
  bits.position += count;
  return true;
}

/** Up to 25 bits; zeros behind the end. */
function take(bits: Bits, count: number): number {
  const at = bits.position >> 3;
  const { bytes } = bits;
  const word =
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0);
  const value = (word << (bits.position & 7)) >>> (32 - count);
  bits.position += count;
  return value;
}

/** The number of zeros before the next one, which is passed too; where none follows, the rest is passed. */
function takeUnary(bits: Bits): number {
  const { bytes, position: start } = bits;
  let at = start >> 3;
  let byte = ((bytes[at] ?? 0) << (start & 7)) & 0xff;
  let byteStart = start;
  while (byte === 0 && at < bytes.length) {
    at += 1;
    byte = bytes[at] ?? 0;
    byteStart = at * 8;
  }
  const zerosInByte = Math.clz32(byte) - 24;
  bits.position = byteStart + zerosInByte + 1;
  return bits.position - 1 - start;
}

function isCut({ bytes, position }: Bits): boolean {
  return position > bytes.length * 8;
}
