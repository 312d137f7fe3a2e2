/** The high band at its loudness, with noise and sines (ISO/IEC 14496-3 §4.6.18.7.6). */
import type { SbrBands } from "../bands.ts";

import type { Grid } from "../bitstream/grid.ts";
import { SUBBANDS, type Subbands } from "../quadrature.ts";
import type { Amplitudes } from "./limiter.ts";
import { SBR_NOISE } from "./noise-table.ts";

/** The state of a channel between frames. */
export interface AssemblyState {
  /** The last gains and noise, the latest one last. */
  trail: readonly Levels[];
  noiseIndex: number;
  /** The phase of the sines: a quarter of a turn to a time. */
  sinePhase: number;
}

interface Levels {
  readonly gain: Float64Array;
  readonly noise: Float64Array;
}

/** The inputs of a frame's assembly. */
export interface Assembly {
  readonly bands: SbrBands;
  readonly grid: Grid;
  readonly envelopes: readonly Amplitudes[];
  readonly transientBefore: number;
  /** Gains change over four times instead of at once. */
  readonly isSmooth: boolean;
  /** The bands are new, and there is nothing to smooth from. */
  readonly isReset: boolean;
  readonly high: Subbands;
  /** The time of `high` at slot 0. */
  readonly origin: number;
}

const NOISE_LENGTH = 512;
/** The oldest last. */
const SMOOTHING = [
  0.33333333333333, 0.30150283239582, 0.21816949906249, 0.11516383427084, 0.03183050093751,
];
const TRAIL_LENGTH = SMOOTHING.length - 1;

/** The state of a channel at its start. */
export function assemblyState(): AssemblyState {
  return { trail: [], noiseIndex: 0, sinePhase: 0 };
}

/** Fills `into` from the first border of the grid to the last, at times of the frame. */
export function assemble(into: Subbands, assembly: Assembly, state: AssemblyState): void {
  const { bands, grid, envelopes, transientBefore, isSmooth, isReset, high, origin } = assembly;
  const first = envelopes[0] as Amplitudes;
  const trail: Levels[] =
    isReset || state.trail.length === 0 ? new Array(TRAIL_LENGTH).fill(first) : [...state.trail];
  for (const [index, amplitudes] of envelopes.entries()) {
    const isTransient = index === grid.transient || index === transientBefore;
    const end = 2 * (grid.borders[index + 1] as number);
    for (let time = 2 * (grid.borders[index] as number); time < end; time++) {
      trail.push(amplitudes);
      const levels = isSmooth && !isTransient ? smoothed(trail, bands.count) : amplitudes;
      const sums = {
        gain: levels.gain,
        noise: isTransient ? null : levels.noise,
        sine: amplitudes.sine,
      };
      fillTime(into, time * SUBBANDS + bands.start, sums, {
        high,
        from: (origin + time) * SUBBANDS + bands.start,
        noiseIndex: state.noiseIndex,
        sinePhase: state.sinePhase,
        isOdd: bands.start % 2 === 1,
      });
      state.noiseIndex = (state.noiseIndex + bands.count) % NOISE_LENGTH;
      state.sinePhase = (state.sinePhase + 1) % 4;
    }
  }
  state.trail = trail.slice(-TRAIL_LENGTH);
}

function smoothed(trail: readonly Levels[], count: number): Levels {
  const gain = new Float64Array(count);
  const noise = new Float64Array(count);
  for (const [age, weight] of SMOOTHING.entries()) {
    const levels = trail[trail.length - 1 - age] as Levels;
    for (let at = 0; at < count; at++) {
      gain[at] = (gain[at] as number) + weight * (levels.gain[at] ?? 0);
      noise[at] = (noise[at] as number) + weight * (levels.noise[at] ?? 0);
    }
  }
  return { gain, noise };
}

interface Source {
  readonly high: Subbands;
  readonly from: number;
  readonly noiseIndex: number;
  readonly sinePhase: number;
  readonly isOdd: boolean;
}

interface Sums {
  readonly gain: Float64Array;
  /** Null where no noise is added. */
  readonly noise: Float64Array | null;
  readonly sine: Float64Array;
}

/** The direction of each quarter of a turn: 1, i, -1, -i. */
const QUARTERS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

function fillTime(into: Subbands, to: number, { gain, noise, sine }: Sums, source: Source): void {
  const { high, from, noiseIndex, sinePhase, isOdd } = source;
  const [sineRe, sineIm] = QUARTERS[sinePhase] as (typeof QUARTERS)[0];
  for (let at = 0; at < sine.length; at++) {
    let re = (high.real[from + at] as number) * (gain[at] as number);
    let im = (high.imaginary[from + at] as number) * (gain[at] as number);
    const amplitude = sine[at] as number;
    if (amplitude !== 0) {
      re += amplitude * sineRe;
      im += amplitude * sineIm * ((at % 2 === 1) !== isOdd ? -1 : 1);
    } else if (noise !== null) {
      const place = 2 * ((noiseIndex + at + 1) % NOISE_LENGTH);
      re += (noise[at] as number) * (SBR_NOISE[place] as number);
      im += (noise[at] as number) * (SBR_NOISE[place + 1] as number);
    }
    into.real[to + at] = re;
    into.imaginary[to + at] = im;
  }
}
