/** Writes spectral band replication of any kind that the syntax has (ISO/IEC 14496-3 §4.4.2.8), frame after frame. */
import { type SbrBands, sbrBands } from "../../../src/audio/codecs/aac/sbr/bands.ts";
import {
  COARSE_BALANCE,
  COARSE_ENVELOPE,
  type DifferenceCodes,
  FINE_BALANCE,
  FINE_ENVELOPE,
  NOISE,
  NOISE_BALANCE,
} from "../../../src/audio/codecs/aac/sbr/bitstream/difference-codes.ts";
import type { SbrHeader } from "../../../src/audio/codecs/aac/sbr/bitstream/header.ts";
import type { RandomBits } from "./random-bits.ts";

/** What is written. */
export interface SbrStream {
  readonly bits: RandomBits;
  readonly channels: 1 | 2;
  readonly coreRateHz: number;
  /** How often the bands change from one header to the next. */
  readonly changes: number;
  /** What stands behind the data of a frame; nothing if left out. */
  readonly putExtension?: (isFirst: boolean) => void;
}

interface Grid {
  readonly borders: readonly number[];
  readonly resolutions: readonly number[];
  readonly isCoarse: boolean;
}

/** What the next frame of a channel is coded against. */
interface Past {
  end: number;
  envelope: {
    readonly kind: string;
    readonly resolution: number;
    readonly values: number[];
  } | null;
  noise: { readonly kind: string; readonly values: number[] } | null;
}

const SLOTS = 16;

/** A function that gives the payload of the next frame. */
export function sbrWriter(stream: SbrStream): () => string {
  const { bits, channels } = stream;
  const past: Past[] = Array.from({ length: channels }, () => ({
    end: SLOTS,
    envelope: null,
    noise: null,
  }));
  let header = drawHeader(stream);
  let isFirst = true;
  return () => {
    const hasHeader = isFirst || bits.chance(0.15);
    if (hasHeader && !isFirst && bits.chance(stream.changes)) {
      header = drawHeader(stream);
      for (const each of past) Object.assign(each, { envelope: null, noise: null });
    }
    bits.put(hasHeader ? 1 : 0, 1);
    if (hasHeader) putHeader(bits, header.header);
    putData(bits, header, past);
    bits.put(stream.putExtension === undefined ? 0 : 1, 1);
    stream.putExtension?.(isFirst);
    isFirst = false;
    return bits.take();
  };
}

interface Setting {
  readonly header: SbrHeader;
  readonly bands: SbrBands;
}

function drawHeader({ bits, coreRateHz }: SbrStream): Setting {
  for (;;) {
    const header: SbrHeader = {
      isCoarse: bits.chance(0.5),
      bands: {
        startCode: bits.between(0, 15),
        stopCode: bits.between(0, 15),
        crossoverBand: bits.between(0, 3),
        scale: bits.between(0, 3),
        isAltered: bits.chance(0.5),
        noiseBands: bits.between(0, 3),
      },
      limiterBands: bits.between(0, 3),
      limiterGain: bits.between(0, 3),
      isInterpolated: bits.chance(0.5),
      isSmooth: bits.chance(0.5),
    };
    const bands = sbrBands(header, 2 * coreRateHz);
    // Decoders differ in what they do above a last patch that is too narrow to be made.
    const made = bands?.patches.reduce((sum, { count }) => sum + count, 0);
    if (bands !== null && made === bands.count) return { header, bands };
  }
}

function putHeader(bits: RandomBits, { isCoarse, bands, ...header }: SbrHeader): void {
  bits.put(isCoarse ? 1 : 0, 1);
  bits.put(bands.startCode, 4);
  bits.put(bands.stopCode, 4);
  bits.put(bands.crossoverBand, 3);
  bits.put(0b0011, 4);
  bits.put(bands.scale, 2);
  bits.put(bands.isAltered ? 1 : 0, 1);
  bits.put(bands.noiseBands, 2);
  bits.put(header.limiterBands, 2);
  bits.put(header.limiterGain, 2);
  bits.put(header.isInterpolated ? 1 : 0, 1);
  bits.put(header.isSmooth ? 0 : 1, 1);
}

function putData(bits: RandomBits, { header, bands }: Setting, past: readonly Past[]): void {
  const isPair = past.length === 2;
  bits.put(0, 1);
  const isCoupled = isPair && past[0]?.end === past[1]?.end && bits.chance(0.5);
  if (isPair) bits.put(isCoupled ? 1 : 0, 1);
  const grids = past.flatMap(({ end }, channel) =>
    isCoupled && channel === 1 ? [] : [putGrid(bits, header.isCoarse, end - SLOTS)],
  );
  const parts = past.map((each, channel) => {
    const grid = (isCoupled ? grids[0] : grids[channel]) as Grid;
    const isBalance = isCoupled && channel === 1;
    const kind = `${isBalance}, ${grid.isCoarse}`;
    const noiseCount = grid.resolutions.length > 1 ? 2 : 1;
    const flags = (count: number, isKnown: boolean) =>
      Array.from({ length: count }, (_, index) => {
        const isInTime = (index > 0 || isKnown) && bits.chance(0.5);
        bits.put(isInTime ? 1 : 0, 1);
        return isInTime;
      });
    const envelopeInTime = flags(grid.resolutions.length, each.envelope?.kind === kind);
    const noiseInTime = flags(noiseCount, each.noise?.kind === `${isBalance}`);
    each.end = grid.borders.at(-1) as number;
    return { each, grid, isBalance, kind, envelopeInTime, noiseInTime };
  });
  for (let channel = 0; channel < (isCoupled ? 1 : past.length); channel++) {
    for (let band = 1; band < bands.noise.length; band++) bits.put(bits.between(0, 3), 2);
  }
  if (isCoupled) {
    for (const part of parts) {
      putEnvelopes(bits, bands, part);
      putNoise(bits, bands, part);
    }
  } else {
    for (const part of parts) putEnvelopes(bits, bands, part);
    for (const part of parts) putNoise(bits, bands, part);
  }
  for (const _ of parts) {
    const hasSines = bits.chance(0.3);
    bits.put(hasSines ? 1 : 0, 1);
    if (!hasSines) continue;
    for (let band = 1; band < bands.envelope[1].length; band++)
      bits.put(bits.chance(0.3) ? 1 : 0, 1);
  }
}

const POINTER_BITS = [0, 1, 2, 2, 3, 3];

/** Of the four kinds one that begins where the last one ended. */
function putGrid(bits: RandomBits, isCoarse: boolean, start: number): Grid {
  for (;;) {
    const kind = bits.between(0, 3);
    if (kind < 2 && start !== 0) continue;
    if (kind === 0) return putEvenGrid(bits, isCoarse);
    const tail = kind === 2 ? 0 : bits.between(0, 3);
    const draw = (count: number) => Array.from({ length: count }, () => bits.between(0, 3));
    const leading = draw(kind === 1 ? 0 : bits.between(0, 3));
    const trailing = draw(kind === 2 ? 0 : bits.between(0, 3));
    const count = leading.length + trailing.length + 1;
    const first = [start];
    for (const step of leading) first.push((first.at(-1) as number) + 2 * step + 2);
    const last = [SLOTS + tail];
    for (const step of trailing) last.unshift((last[0] as number) - 2 * step - 2);
    const borders = [...first, ...last];
    const isRising = borders.every(
      (border, index) => index === 0 || border > (borders[index - 1] as number),
    );
    if (count > 5 || !isRising) continue;
    bits.put(kind, 2);
    if (kind !== 1) bits.put(start, 2);
    if (kind !== 2) bits.put(tail, 2);
    if (kind !== 1) bits.put(leading.length, 2);
    if (kind !== 2) bits.put(trailing.length, 2);
    for (const step of [...leading, ...trailing]) bits.put(step, 2);
    const pointerBits = POINTER_BITS[count] as number;
    bits.put(bits.between(0, Math.min(count + 1, 2 ** pointerBits - 1)), pointerBits);
    const resolutions = borders.slice(1).map(() => bits.between(0, 1));
    for (const resolution of kind === 1 ? resolutions.toReversed() : resolutions)
      bits.put(resolution, 1);
    return { borders, resolutions, isCoarse };
  }
}

function putEvenGrid(bits: RandomBits, isCoarse: boolean): Grid {
  const power = bits.between(0, 2);
  const count = 2 ** power;
  const resolution = bits.between(0, 1);
  bits.put(0, 2);
  bits.put(power, 2);
  bits.put(resolution, 1);
  return {
    borders: Array.from({ length: count + 1 }, (_, index) => (index * SLOTS) / count),
    resolutions: new Array<number>(count).fill(resolution),
    isCoarse: isCoarse && count > 1,
  };
}

interface ChannelPart {
  readonly each: Past;
  readonly grid: Grid;
  readonly isBalance: boolean;
  readonly kind: string;
  readonly envelopeInTime: readonly boolean[];
  readonly noiseInTime: readonly boolean[];
}

function putEnvelopes(
  bits: RandomBits,
  bands: SbrBands,
  { each, grid, isBalance, kind, envelopeInTime }: ChannelPart,
): void {
  const fine = isBalance ? FINE_BALANCE : FINE_ENVELOPE;
  const coarse = isBalance ? COARSE_BALANCE : COARSE_ENVELOPE;
  const unit = grid.isCoarse ? 1 : 2;
  const coding = {
    codes: grid.isCoarse ? coarse : fine,
    startBits: 7 - (isBalance ? 1 : 0) - (grid.isCoarse ? 1 : 0),
    step: isBalance ? 2 : 1,
    range: isBalance ? ([4 * unit, 20 * unit] as const) : ([6 * unit, 14 * unit] as const),
  };
  for (const [index, resolution] of grid.resolutions.entries()) {
    const borders = bands.envelope[resolution] as readonly number[];
    const before = envelopeInTime[index] ? each.envelope : null;
    const known = bands.envelope[before?.resolution ?? 0] as readonly number[];
    const from =
      before &&
      borders
        .slice(0, -1)
        .map((border) => before.values[known.findIndex((other) => other > border) - 1] as number);
    const values = putLevels(bits, borders.length - 1, from, coding);
    each.envelope = { kind, resolution, values };
  }
}

function putNoise(
  bits: RandomBits,
  bands: SbrBands,
  { each, isBalance, noiseInTime }: ChannelPart,
): void {
  const codes = isBalance ? NOISE_BALANCE : NOISE;
  const coding = { codes, startBits: 5, step: isBalance ? 2 : 1, range: [0, 24] as const };
  for (const isInTime of noiseInTime) {
    const from = isInTime ? (each.noise?.values ?? null) : null;
    each.noise = {
      kind: `${isBalance}`,
      values: putLevels(bits, bands.noise.length - 1, from, coding),
    };
  }
}

interface Coding {
  readonly codes: DifferenceCodes;
  readonly startBits: number;
  readonly step: number;
  readonly range: readonly [least: number, most: number];
}

function putLevels(
  bits: RandomBits,
  count: number,
  from: readonly number[] | null,
  { codes, startBits, step, range: [least, most] }: Coding,
): number[] {
  const values: number[] = [];
  for (let band = 0; band < count; band++) {
    const base = from === null ? values.at(-1) : from[band];
    if (base === undefined) {
      const start = Math.floor(bits.between(least, most) / step);
      bits.put(start, startBits);
      values.push(start * step);
      continue;
    }
    const drawn = bits.between(-3, 3);
    const fits = base + step * drawn >= least && base + step * drawn <= most;
    const difference = fits ? drawn : 0;
    bits.putSymbol(from === null ? codes.inFrequency : codes.inTime, difference + codes.zero);
    values.push(base + step * difference);
  }
  return values;
}
