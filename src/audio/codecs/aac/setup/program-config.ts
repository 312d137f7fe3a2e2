/** A program's own layout of channels (ISO/IEC 14496-3 §4.5.1.1). */
import { type BitReader, readBits } from "../../bits.ts";

/** Passes over a program_config_element whose bytes are aligned from the reader's start, and counts its channels. */
export function readProgramConfig(reader: BitReader): number {
  reader.position += 4 + 2 + 4;
  const [front, side, back] = [readBits(reader, 4), readBits(reader, 4), readBits(reader, 4)];
  const lowFrequency = readBits(reader, 2);
  const data = readBits(reader, 3);
  const coupling = readBits(reader, 4);
  for (const bits of [4, 4, 3]) {
    if (readBits(reader, 1) === 1) reader.position += bits;
  }
  let channels = lowFrequency;
  for (let element = 0; element < front + side + back; element++) {
    channels += 1 + readBits(reader, 1);
    reader.position += 4;
  }
  reader.position += 4 * (lowFrequency + data) + 5 * coupling;
  reader.position = Math.ceil(reader.position / 8) * 8;
  const commentBytes = readBits(reader, 8);
  reader.position += 8 * commentBytes;
  return channels;
}
