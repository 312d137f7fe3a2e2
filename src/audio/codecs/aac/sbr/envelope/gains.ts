/** The gains of the high band (ISO/IEC 14496-3 §4.6.18.7): gains, noise and sines of each envelope and subband. */
import type { SbrBands } from "../bands.ts";
import type { Grid } from "../bitstream/grid.ts";
import type { SbrHeader } from "../bitstream/header.ts";
import { SUBBANDS, type Subbands } from "../quadrature.ts";
import { type Amplitudes, limitGains } from "./limiter.ts";

/** Energies, which scale factors are turned into. */
export interface Energies {
  /** Of each envelope, its bands'. */
  readonly envelopes: readonly Float64Array[];
  /** Of each noise floor, its bands' in relation to the signal. */
  readonly noiseFloors: readonly Float64Array[];
}

/** The inputs of a frame's amplitudes. */
export interface GainInput {
  readonly header: SbrHeader;
  readonly bands: SbrBands;
  readonly grid: Grid;
  readonly energies: Energies;
  /** Of each band of high resolution; null if no sine is added. */
  readonly sines: readonly boolean[] | null;
  /** Subbands with a sine at the end of the frame before. */
  readonly sinesBefore: Uint8Array;
  /** The envelope that has no noise because the frame before ended with a transient: 0, or -1. */
  readonly transientBefore: number;
  readonly high: Subbands;
  /** The time of `high` at slot 0. */
  readonly origin: number;
}

/** The amplitudes of each envelope, and which subbands have a sine at the end of the frame. */
export function amplitudesOf(input: GainInput): { envelopes: Amplitudes[]; sines: Uint8Array } {
  const { grid, bands } = input;
  let sines = input.sinesBefore;
  const envelopes = grid.resolutions.map((_, index) => {
    const sinesNow = sinesOf(input, index);
    sines = sinesNow;
    return amplitudesOfEnvelope(input, index, sinesNow);
  });
  return { envelopes, sines: sines.slice(0, bands.count) };
}

/** A sine stands in the middle of its band, from the transient on, or from the start if it was there before. */
function sinesOf({ bands, grid, sines, sinesBefore }: GainInput, index: number): Uint8Array {
  const present = new Uint8Array(bands.count);
  const borders = bands.envelope[1];
  for (const [band, isPresent] of (sines ?? []).entries()) {
    const middle = (((borders[band] as number) + (borders[band + 1] as number)) >> 1) - bands.start;
    if (isPresent && (index >= grid.transient || sinesBefore[middle] === 1)) present[middle] = 1;
  }
  return present;
}

function amplitudesOfEnvelope(input: GainInput, index: number, sines: Uint8Array): Amplitudes {
  const { header, bands, grid, transientBefore } = input;
  const hasNoise = index !== grid.transient && index !== transientBefore;
  const wanted = wantedOf(input, index);
  const floor = noiseFloorOf(input, index);
  const present = energyOf(input, index);
  const near = sinesNear(input, index, sines);
  const amplitudes = {
    gain: new Float64Array(bands.count),
    noise: new Float64Array(bands.count),
    sine: new Float64Array(bands.count),
  };
  for (let at = 0; at < bands.count; at++) {
    const [e, q, now] = [wanted[at] as number, floor[at] as number, present[at] as number];
    const share = e / (1 + q);
    amplitudes.noise[at] = Math.sqrt(share * q);
    amplitudes.sine[at] = sines[at] === 1 ? Math.sqrt(share) : 0;
    const power = near[at] === 1 ? share * q : hasNoise ? share : e;
    amplitudes.gain[at] = Math.sqrt(power / (1 + now));
  }
  for (let band = 0; band + 1 < bands.limiter.length; band++) {
    const begin = (bands.limiter[band] as number) - bands.start;
    const end = (bands.limiter[band + 1] as number) - bands.start;
    const limited = { ...amplitudes, wanted, present, begin, end };
    limitGains(limited, header.limiterGain, hasNoise);
  }
  // Above the last patch, where none was worth making, there is nothing.
  const end = (bands.limiter.at(-1) as number) - bands.start;
  for (const values of Object.values(amplitudes)) values.fill(0, end);
  return amplitudes;
}

/** The energy that each subband should have. */
function wantedOf({ bands, grid, energies }: GainInput, index: number): Float64Array {
  const borders = bands.envelope[grid.resolutions[index] as number] as readonly number[];
  return spread(borders, energies.envelopes[index] as Float64Array, bands);
}

function noiseFloorOf({ bands, grid, energies }: GainInput, index: number): Float64Array {
  const { borders, noiseBorders } = grid;
  const isSecond =
    noiseBorders.length > 2 && (borders[index] as number) >= (noiseBorders[1] as number);
  return spread(bands.noise, energies.noiseFloors[isSecond ? 1 : 0] as Float64Array, bands);
}

/** Values of bands as values of subbands. */
function spread(borders: readonly number[], values: Float64Array, bands: SbrBands): Float64Array {
  const spreaded = new Float64Array(bands.count);
  for (const [band, value] of values.entries()) {
    spreaded.fill(
      value,
      (borders[band] as number) - bands.start,
      (borders[band + 1] as number) - bands.start,
    );
  }
  return spreaded;
}

/** Subbands whose band has a sine anywhere. */
function sinesNear({ bands, grid }: GainInput, index: number, sines: Uint8Array): Uint8Array {
  const borders = bands.envelope[grid.resolutions[index] as number] as readonly number[];
  const near = new Uint8Array(bands.count);
  for (let band = 0; band + 1 < borders.length; band++) {
    const begin = (borders[band] as number) - bands.start;
    const end = (borders[band + 1] as number) - bands.start;
    if (sines.subarray(begin, end).includes(1)) near.fill(1, begin, end);
  }
  return near;
}

/** The energy that each subband has, or its band's mean. */
function energyOf({ header, bands, grid, high, origin }: GainInput, index: number): Float64Array {
  const begin = origin + 2 * (grid.borders[index] as number);
  const end = origin + 2 * (grid.borders[index + 1] as number);
  const energy = new Float64Array(bands.count);
  for (let time = begin; time < end; time++) {
    for (let at = 0; at < bands.count; at++) {
      const place = time * SUBBANDS + bands.start + at;
      const [re, im] = [high.real[place] as number, high.imaginary[place] as number];
      energy[at] = (energy[at] as number) + (re * re + im * im) / (end - begin);
    }
  }
  if (header.isInterpolated) return energy;
  const borders = bands.envelope[grid.resolutions[index] as number] as readonly number[];
  const means = Float64Array.from(borders.slice(0, -1), (border, band) => {
    const part = energy.subarray(border - bands.start, (borders[band + 1] as number) - bands.start);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  return spread(borders, means, bands);
}
