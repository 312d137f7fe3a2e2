/** One channel's way through spectral band replication: core samples → subbands of the whole spectrum. */

import type { SbrBands } from "./bands.ts";
import type { SbrHeader } from "./bitstream/header.ts";
import type { SbrChannelData } from "./bitstream/payload.ts";
import { ALL_LOW, forgotten, GENERATION_DELAY, type SbrChannel } from "./channel-state.ts";
import { assemble } from "./envelope/assemble.ts";
import { amplitudesOf, type Energies } from "./envelope/gains.ts";
import { generateHighBand, predictorsOf, smoothFlattening } from "./generate.ts";
import { CORE_SUBBANDS, SUBBANDS, type Subbands } from "./quadrature.ts";

/** The replication data of a frame; null where it only doubles the rate. */
export interface Replication {
  readonly header: SbrHeader;
  readonly bands: SbrBands;
  readonly isReset: boolean;
  readonly data: SbrChannelData;
  readonly energies: Energies;
}

/** By how many times the envelopes lag behind the low band. */
const ADJUSTMENT_DELAY = 2;
/** The times behind those of a frame: envelopes may reach so far into the next one. */
const OVERHANG = 6;

/**
 * The subbands of a frame, and some of the times behind it; they are the caller's until the next frame.
 * @param samples of the core, at the scale of 16-bit integers.
 */
export function replicate(
  channel: SbrChannel,
  samples: Float64Array,
  replication: Replication | null,
): Subbands {
  const times = samples.length / CORE_SUBBANDS;
  const { start, count } = replication?.bands ?? ALL_LOW;
  const { low, joined, high: highBefore, spare: high, range: before } = channel;
  const begin = Math.max(2 * channel.end - times, 0);
  takeLowBand(channel, samples, start);
  clear(high);
  if (replication === null) {
    Object.assign(channel, forgotten(), { end: 0, endsInTransient: false });
  } else {
    makeHighBand(channel, high, replication, times);
  }
  Object.assign(channel, { high, spare: highBefore, range: { start, count } });
  clear(joined);
  const delay = ADJUSTMENT_DELAY;
  const highEnd = before.start + before.count;
  copyTimes(joined, 0, low, delay, begin, 0, before.start);
  copyTimes(joined, 0, highBefore, times, begin, before.start, highEnd);
  copyTimes(joined, begin, low, begin + delay, times + OVERHANG - begin, 0, start);
  copyTimes(joined, begin, high, begin, times - begin, start, start + count);
  return joined;
}

/** The low band, behind the last times of the frame before; subbands that are made are left out of it. */
function takeLowBand({ low, analysis }: SbrChannel, samples: Float64Array, start: number): void {
  const times = samples.length / CORE_SUBBANDS;
  const now = {
    real: low.real.subarray(GENERATION_DELAY * SUBBANDS),
    imaginary: low.imaginary.subarray(GENERATION_DELAY * SUBBANDS),
  };
  low.real.copyWithin(0, times * SUBBANDS);
  low.imaginary.copyWithin(0, times * SUBBANDS);
  analysis(samples, now);
  for (let time = 0; time < times; time++) {
    now.real.fill(0, time * SUBBANDS + start, (time + 1) * SUBBANDS);
    now.imaginary.fill(0, time * SUBBANDS + start, (time + 1) * SUBBANDS);
  }
}

function clear({ real, imaginary }: Subbands): void {
  real.fill(0);
  imaginary.fill(0);
}

function makeHighBand(
  channel: SbrChannel,
  into: Subbands,
  { header, bands, isReset, data, energies }: Replication,
  times: number,
): void {
  const { low, generated } = channel;
  const { grid } = data;
  const end = grid.borders.at(-1) as number;
  clear(generated);
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
