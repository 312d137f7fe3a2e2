/** One channel's way through spectral band replication: core samples → subbands of the whole spectrum. */
import { type AssemblyState, assemble, assemblyState } from "./assemble.ts";
import type { SbrBands } from "./bands.ts";
import { amplitudesOf, type Energies } from "./gains.ts";
import { generateHighBand, predictorsOf, smoothFlattening } from "./generate.ts";
import type { SbrHeader } from "./header.ts";
import type { SbrChannelData } from "./payload.ts";
import { type Analysis, qmfAnalysis, SUBBANDS, type Subbands, subbands } from "./quadrature.ts";
import { type Levels, NO_LEVELS } from "./scale-factors.ts";

/** What a frame replicates with; null where it only doubles the rate. */
export interface Replication {
  readonly header: SbrHeader;
  readonly bands: SbrBands;
  readonly isReset: boolean;
  readonly data: SbrChannelData;
  readonly energies: Energies;
}

/** What the next frame continues. */
export interface SbrChannel {
  readonly analysis: Analysis;
  readonly assembly: AssemblyState;
  /** The last times of the low band. */
  low: Subbands;
  /** The high band, whose end may reach into the next frame. */
  high: Subbands;
  range: SubbandRange;
  /** The last border of the grid, in slots; how far `high` counts. */
  end: number;
  endsInTransient: boolean;
  envelope: Levels;
  noise: Levels;
  flatteningModes: readonly number[];
  flattening: readonly number[];
  sines: Uint8Array;
}

/** Which subbands are made. */
interface SubbandRange {
  readonly start: number;
  readonly count: number;
}

/** By how many times the high band's making lags. */
const GENERATION_DELAY = 8;
/** By how many times the envelopes lag behind the low band. */
const ADJUSTMENT_DELAY = 2;
/** What follows the times of a frame: envelopes may reach so far into the next one. */
const OVERHANG = 6;
const ALL_LOW: SubbandRange = { start: 32, count: 0 };

/** A channel at its start. */
export function sbrChannel(): SbrChannel {
  return {
    analysis: qmfAnalysis(),
    assembly: assemblyState(),
    low: subbands(GENERATION_DELAY),
    high: subbands(0),
    range: ALL_LOW,
    end: 0,
    endsInTransient: false,
    ...forgotten(),
  };
}

/** What is not known any more where replication stops. */
export function forgotten() {
  return {
    envelope: NO_LEVELS,
    noise: NO_LEVELS,
    flatteningModes: [],
    flattening: [],
    sines: new Uint8Array(),
  };
}

/**
 * The subbands of a frame, and some of the times behind it.
 * @param samples of the core, at the scale of 16-bit integers.
 */
export function replicate(
  channel: SbrChannel,
  samples: Float64Array,
  replication: Replication | null,
): Subbands {
  const times = samples.length / 32;
  const range = replication?.bands ?? ALL_LOW;
  const low = lowBand(channel, samples, range.start);
  const high = subbands(times + OVERHANG);
  const begin = Math.max(2 * channel.end - times, 0);
  const before = { high: channel.high, range: channel.range };
  if (replication === null) {
    Object.assign(channel, forgotten(), { end: 0, endsInTransient: false });
  } else {
    makeHighBand(channel, low, high, replication, times);
  }
  Object.assign(channel, { high, range: { start: range.start, count: range.count } });
  channel.low = subbands(GENERATION_DELAY);
  copyTimes(channel.low, 0, low, times, GENERATION_DELAY, 0, 32);
  const joined = subbands(times + OVERHANG);
  const delayed = ADJUSTMENT_DELAY;
  const { start, count } = before.range;
  copyTimes(joined, 0, low, delayed, begin, 0, start);
  copyTimes(joined, 0, before.high, times, begin, start, start + count);
  copyTimes(joined, begin, low, begin + delayed, times + OVERHANG - begin, 0, range.start);
  copyTimes(joined, begin, high, begin, times - begin, range.start, range.start + range.count);
  return joined;
}

/** The low band, behind the last times of the frame before; subbands that are made are left out of it. */
function lowBand(channel: SbrChannel, samples: Float64Array, start: number): Subbands {
  const times = samples.length / 32;
  const low = subbands(GENERATION_DELAY + times);
  low.real.set(channel.low.real);
  low.imaginary.set(channel.low.imaginary);
  const now = {
    real: low.real.subarray(GENERATION_DELAY * SUBBANDS),
    imaginary: low.imaginary.subarray(GENERATION_DELAY * SUBBANDS),
  };
  channel.analysis(samples, now);
  for (let time = 0; time < times; time++) {
    now.real.fill(0, time * SUBBANDS + start, (time + 1) * SUBBANDS);
    now.imaginary.fill(0, time * SUBBANDS + start, (time + 1) * SUBBANDS);
  }
  return low;
}

function makeHighBand(
  channel: SbrChannel,
  low: Subbands,
  into: Subbands,
  { header, bands, isReset, data, energies }: Replication,
  times: number,
): void {
  const { grid } = data;
  const end = grid.borders.at(-1) as number;
  const generated = subbands(times + GENERATION_DELAY);
  const flattening = smoothFlattening(data.flattening, channel.flatteningModes, channel.flattening);
  generateHighBand(low, generated, {
    bands,
    predictors: predictorsOf(low, bands.masterStart, times + OVERHANG),
    flattening,
    begin: ADJUSTMENT_DELAY + 2 * (grid.borders[0] as number),
    end: ADJUSTMENT_DELAY + 2 * end,
  });
  const transientBefore = channel.endsInTransient ? 0 : -1;
  const common = { bands, grid, transientBefore, high: generated, origin: ADJUSTMENT_DELAY };
  const { envelopes, sines } = amplitudesOf({
    ...common,
    header,
    energies,
    sines: data.sines,
    sinesBefore: channel.sines,
  });
  if (isReset) channel.assembly.noiseIndex = 0;
  const isSmooth = header.isSmooth;
  assemble(into, { ...common, envelopes, isSmooth, isReset }, channel.assembly);
  Object.assign(channel, {
    end,
    endsInTransient: grid.transient === grid.resolutions.length,
    envelope: data.envelopes.at(-1),
    noise: data.noiseFloors.at(-1),
    flatteningModes: data.flattening,
    flattening,
    sines,
  });
}

/** Copies a range of subbands for so many times. */
function copyTimes(
  into: Subbands,
  to: number,
  source: Subbands,
  from: number,
  times: number,
  firstBand: number,
  endBand: number,
): void {
  for (let time = 0; time < times; time++) {
    const start = (from + time) * SUBBANDS;
    const target = (to + time) * SUBBANDS + firstBand;
    into.real.set(source.real.subarray(start + firstBand, start + endBand), target);
    into.imaginary.set(source.imaginary.subarray(start + firstBand, start + endBand), target);
  }
}
