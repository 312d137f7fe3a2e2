/** Writes parametric stereo of any kind that the syntax has (ISO/IEC 14496-3 §8.4.2), frame after frame. */
import {
  COHERENCE,
  FINE_INTENSITY,
  INTENSITY,
  type ParameterCodes,
} from "../../../src/audio/codecs/aac/ps/parameter-codes.ts";
import type { RandomBits } from "./random-bits.ts";

const STEREO_EXTENSION = 2;
const BANDS = [10, 20, 34, 10, 20, 34];
const COUNTS = [
  [0, 1, 2, 4],
  [1, 2, 3, 4],
];

/** A function that writes the extension of the next frame; `modes` are those to draw from, of intensity and of coherence. */
export function stereoWriter(
  bits: RandomBits,
  modes: readonly number[],
): (isFirst: boolean) => void {
  const draw = () => modes[bits.between(0, modes.length - 1)] as number;
  let [intensityMode, coherenceMode] = [draw(), draw()];
  let intensity: number[] | null = null;
  let coherence: number[] | null = null;
  return (isFirst) => {
    const before = bits.take();
    bits.put(STEREO_EXTENSION, 2);
    const hasHeader = isFirst || bits.chance(0.2);
    bits.put(hasHeader ? 1 : 0, 1);
    if (hasHeader) {
      [intensityMode, coherenceMode, intensity, coherence] = [draw(), draw(), null, null];
      bits.put(1, 1);
      bits.put(intensityMode, 3);
      bits.put(1, 1);
      bits.put(coherenceMode, 3);
      bits.put(0, 1);
    }
    // Decoders differ in what a frame without envelopes goes on with behind a header.
    const kind = bits.between(0, 1);
    const code = bits.between(hasHeader ? 1 : 0, 3);
    const count = COUNTS[kind]?.[code] as number;
    bits.put(kind, 1);
    bits.put(code, 2);
    const borders = Array.from({ length: kind === 1 ? count : 0 }, () => bits.between(0, 31));
    for (const border of borders.sort((one, other) => one - other)) bits.put(border, 5);
    const isFine = intensityMode > 2;
    const most = isFine ? 15 : 7;
    const codes = isFine ? FINE_INTENSITY : INTENSITY;
    intensity = putParameter(bits, count, {
      codes,
      bandCount: BANDS[intensityMode] as number,
      least: -most,
      most,
      before: intensity,
    });
    coherence = putParameter(bits, count, {
      codes: COHERENCE,
      bandCount: BANDS[coherenceMode] as number,
      least: 0,
      most: 7,
      before: coherence,
    });
    const data = bits.take();
    const bytes = Math.ceil(data.length / 8);
    for (const bit of before) bits.put(Number(bit), 1);
    bits.put(Math.min(bytes, 15), 4);
    if (bytes >= 15) bits.put(bytes - 15, 8);
    for (const bit of data.padEnd(8 * bytes, "0")) bits.put(Number(bit), 1);
  };
}

interface Drawing {
  readonly codes: ParameterCodes;
  readonly bandCount: number;
  readonly least: number;
  readonly most: number;
  readonly before: number[] | null;
}

/** The values of the last envelope. */
function putParameter(
  bits: RandomBits,
  count: number,
  { codes, bandCount, least, most, before }: Drawing,
): number[] | null {
  let last = before;
  for (let envelope = 0; envelope < count; envelope++) {
    const isInTime = last !== null && bits.chance(0.5);
    bits.put(isInTime ? 1 : 0, 1);
    const values: number[] = [];
    for (let band = 0; band < bandCount; band++) {
      const base = (isInTime ? last?.[band] : values.at(-1)) ?? 0;
      const drawn = bits.between(-2, 2);
      const difference = base + drawn < least || base + drawn > most ? 0 : drawn;
      bits.putSymbol(isInTime ? codes.inTime : codes.inFrequency, difference + codes.zero);
      values.push(base + difference);
    }
    last = values;
  }
  return last;
}
