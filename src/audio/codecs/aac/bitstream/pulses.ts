/** Pulses, which stand out of what a codebook holds (ISO/IEC 14496-3 §4.6.3.3). */
import { type BitReader, readBits } from "../../bits.ts";
import { brokenFrame } from "../broken-frame.ts";
import type { Windows } from "./windows.ts";

/** The addition to the magnitude of one quantised coefficient. */
export interface Pulse {
  readonly index: number;
  readonly amplitude: number;
}

/** Reads pulse_data. */
export function readPulses(reader: BitReader, { bands, windowLength }: Windows): Pulse[] {
  const count = readBits(reader, 2) + 1;
  const startBand = readBits(reader, 6);
  let index = bands.offsets[startBand] ?? windowLength;
  return Array.from({ length: count }, () => {
    index += readBits(reader, 5);
    if (index >= windowLength) throw brokenFrame();
    return { index, amplitude: readBits(reader, 4) };
  });
}
