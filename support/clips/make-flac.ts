/** FLAC frames and files, written for tests: samples as they are, no prediction (RFC 9639). */
import { type BitWriter, bitWriter } from "./bit-writer.ts";
import { joined, text } from "./bytes.ts";

/** A mono file's samples: whole numbers of `bitsPerSample`. */
export interface FlacFields {
  readonly frames: readonly (readonly number[])[];
  readonly bitsPerSample: number;
  readonly sampleRateHz?: number;
  /** Metadata blocks behind STREAMINFO: type and content. */
  readonly blocks?: readonly (readonly [type: number, content: Uint8Array])[];
}

const VERBATIM = 1;

/** A frame, of which `number` counts from 0. */
export function flacFrame(
  samples: readonly number[],
  bitsPerSample: number,
  number = 0,
): Uint8Array<ArrayBuffer> {
  const frame = bitWriter().put(0x3ffe, 14).put(0, 2);
  frame
    .put(7, 4)
    .put(0, 4)
    .put(0, 4)
    .put(0, 3)
    .put(0, 1)
    .put(number, 8)
    .put(samples.length - 1, 16);
  putCheck(frame, 8, 0x07);
  frame.put(0, 1).put(VERBATIM, 6).put(0, 1);
  for (const sample of samples) frame.put(sample, bitsPerSample);
  return putCheck(frame.align(), 16, 0x8005).bytes();
}

/** A file. */
export function makeFlac(fields: FlacFields): Uint8Array<ArrayBuffer> {
  const { frames, bitsPerSample, sampleRateHz = 44_100, blocks = [] } = fields;
  const info = bitWriter().put(16, 16).put(65_535, 16).put(0, 48);
  info
    .put(sampleRateHz, 20)
    .put(0, 3)
    .put(bitsPerSample - 1, 5)
    .put(0, 36)
    .put(0, 128);
  const metadata = [[0, info.bytes()] as const, ...blocks].flatMap(
    ([type, content], index, all) => {
      const isLast = index === all.length - 1 ? 1 : 0;
      return [bitWriter().put(isLast, 1).put(type, 7).put(content.length, 24).bytes(), content];
    },
  );
  const audio = frames.map((samples, number) => flacFrame(samples, bitsPerSample, number));
  return joined(text("fLaC"), ...metadata, ...audio);
}

/** Bit by bit, as the specification describes it: from 0, nothing inverted. */
function putCheck(writer: BitWriter, bits: 8 | 16, polynomial: number): BitWriter {
  let remainder = 0;
  for (const byte of writer.bytes()) {
    remainder ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder << 1) ^ ((remainder >> (bits - 1)) & 1 ? polynomial : 0);
      remainder &= 2 ** bits - 1;
    }
  }
  return writer.put(remainder, bits);
}
