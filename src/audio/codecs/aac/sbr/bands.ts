/**
 * Frequency bands and patches of spectral band replication (ISO/IEC 14496-3 §4.6.18.3.2 and §4.6.18.6.3). Long because
 * each table is derived from the one before.
 */
import type { SbrHeader } from "./bitstream/header.ts";
import { masterBands } from "./master-bands.ts";

/** Subbands that are copied upwards. */
export interface Patch {
  readonly from: number;
  readonly count: number;
}

/** All borders are subbands of the filter bank. */
export interface SbrBands {
  /** The lowest subband that the master bands know. */
  readonly masterStart: number;
  /** The first subband that is made. */
  readonly start: number;
  /** The number of subbands made. */
  readonly count: number;
  /** Borders of envelopes in low and in high resolution. */
  readonly envelope: readonly [low: readonly number[], high: readonly number[]];
  readonly noise: readonly number[];
  readonly limiter: readonly number[];
  readonly patches: readonly Patch[];
}

const SUBBANDS = 64;
const MOST_START = 32;
const MOST_NOISE_BANDS = 5;
const MOST_PATCHES = 6;

/**
 * The bands that a header asks for.
 * @returns null if they cannot be.
 */
export function sbrBands(header: SbrHeader, rateHz: number): SbrBands | null {
  const master = masterBands(header.bands, rateHz);
  if (master === null) return null;
  const high = master.slice(header.bands.crossoverBand);
  const [start, stop] = [high[0] as number, high.at(-1) as number];
  if (stop > SUBBANDS || start > MOST_START) return null;
  const low = halved(high);
  const octaves = Math.log2((master.at(-1) as number) / start);
  const noiseCount = Math.max(1, Math.round(header.bands.noiseBands * octaves));
  if (noiseCount > MOST_NOISE_BANDS) return null;
  const patches = patchesOf(master, start, stop, rateHz);
  if (patches === null) return null;
  return {
    masterStart: master[0] as number,
    start,
    count: stop - start,
    envelope: [low, high],
    noise: noiseBands(low, noiseCount),
    limiter: limiterBands(header.limiterBands, low, patches),
    patches,
  };
}

/** Every other border from the top; where there is one too many, the lowest band stays as it is. */
function halved(high: readonly number[]): number[] {
  const isOdd = high.length % 2 === 0;
  return high.filter((_, index) => index === 0 || (index % 2 === 0) !== isOdd);
}

function noiseBands(low: readonly number[], count: number): number[] {
  const borders = [low[0] as number];
  let index = 0;
  for (let band = 0; band < count; band++) {
    index += Math.floor((low.length - 1 - index) / (count - band));
    borders.push(low[index] as number);
  }
  return borders;
}

/** From where each run of subbands is copied (figure 4.47). */
function patchesOf(
  master: readonly number[],
  start: number,
  stop: number,
  rateHz: number,
): Patch[] | null {
  const lowest = master[0] as number;
  const goal = Math.round(2_048_000 / rateHz);
  const last = master.length - 1;
  const patches: Patch[] = [];
  let index = goal < stop ? master.findIndex((border) => border >= goal) : last;
  let source = lowest;
  let target = start;
  for (let round = 0; round <= SUBBANDS; round++) {
    const { border, odd } = reachableBorder(master, index, source);
    const count = Math.max(border - target, 0);
    if (count > 0) {
      if (patches.length === MOST_PATCHES) return null;
      patches.push({ from: lowest - odd - count, count });
      target = border;
      source = border;
    } else {
      source = start;
    }
    if ((master[index] as number) - border < 3) index = last;
    if (border === stop) return withoutSliver(patches);
  }
  return null;
}

/** The highest border from an index down that can be filled from what lies below. */
function reachableBorder(
  master: readonly number[],
  index: number,
  source: number,
): { border: number; odd: number } {
  const lowest = master[0] as number;
  for (let at = index; ; at--) {
    const border = master[at] as number;
    const odd = (border + lowest) & 1;
    if (at === 0 || border <= lowest - 1 + source - odd) return { border, odd };
  }
}

function withoutSliver(patches: Patch[]): Patch[] | null {
  if (patches.length > 1 && (patches.at(-1) as Patch).count < 3) patches.pop();
  return patches.every(({ from }) => from >= 0) ? patches : null;
}

const BANDS_PER_OCTAVE = [1.2, 2, 3];

/** Bands within which gains are limited: those of low resolution and the patches', unless they are narrow (§4.6.18.3.2.3). */
export function limiterBands(
  setting: number,
  low: readonly number[],
  patches: readonly Patch[],
): number[] {
  const perOctave = BANDS_PER_OCTAVE[setting - 1];
  const [first, last] = [low[0] as number, low.at(-1) as number];
  if (perOctave === undefined) return [first, last];
  const patchBorders = [first];
  for (const { count } of patches) patchBorders.push((patchBorders.at(-1) as number) + count);
  const borders = [...low, ...patchBorders.slice(1, -1)].sort((one, other) => one - other);
  const least = 2 ** (0.49 / perOctave);
  const kept = [borders[0] as number];
  for (const border of borders.slice(1)) {
    const before = kept.at(-1) as number;
    if (border >= before * least) kept.push(border);
    else if (border === before || !patchBorders.includes(border)) continue;
    else if (!patchBorders.includes(before)) kept[kept.length - 1] = border;
    else kept.push(border);
  }
  // Where a last patch was not worth making, the end of the one before is no border yet.
  const end = patchBorders.at(-1) as number;
  if ((kept.at(-1) as number) < end) kept.push(end);
  return kept;
}
