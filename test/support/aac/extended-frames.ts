/** ADTS frames of plain AAC that are given spectral band replication. */
import { ADTS_HEADER_BYTES, adtsFrame, adtsFramesOf } from "../../../support/clips/adts-frames.ts";
import { joined } from "../../../support/clips/bytes.ts";

const FILL = "110";
const END = "111";
const SBR_DATA = "1101";

/** The file with a payload in a fill element before the end of each frame. */
export function extendedFrames(
  file: Uint8Array,
  nextPayload: () => string,
): Uint8Array<ArrayBuffer> {
  const frames = adtsFramesOf(file).map((frame) => {
    const header = frame.subarray(0, ADTS_HEADER_BYTES);
    return adtsFrame(header, extendedBlock(frame.subarray(ADTS_HEADER_BYTES), nextPayload()));
  });
  return joined(...frames);
}

/** A block of audio with a payload behind its elements. */
export function extendedBlock(block: Uint8Array, payload: string): Uint8Array<ArrayBuffer> {
  const bits = [...block].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const elements = bits.slice(0, bits.lastIndexOf(END));
  const data = SBR_DATA + payload;
  const bytes = Math.ceil(data.length / 8);
  const count = bytes < 15 ? binary(bytes, 4) : binary(15, 4) + binary(bytes - 14, 8);
  const all = elements + FILL + count + data.padEnd(8 * bytes, "0") + END;
  const aligned = all.padEnd(Math.ceil(all.length / 8) * 8, "0");
  return Uint8Array.from(aligned.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

function binary(value: number, bits: number): string {
  return value.toString(2).padStart(bits, "0");
}
