/**
 * Parametric stereo: one channel's subbands → two channels' (ISO/IEC 14496-3 §8.6.4). Long because both resolutions
 * stand side by side.
 */
import { type Subbands, subbands } from "../sbr/quadrature.ts";
import { type Decorrelator, decorrelator } from "./decorrelate.ts";
import {
  type HybridBands,
  hybridBands,
  hybridHistory,
  joinBands,
  splitBands,
  TIMES,
} from "./hybrid.ts";
import { type HybridLayout, LAYOUT_20, LAYOUT_34 } from "./hybrid-layouts.ts";
import { mappedFactors, mappedParameters, PARAMETER_OF_20, PARAMETER_OF_34 } from "./layouts.ts";
import { factorsOf } from "./mixing.ts";
import type { Parameter } from "./parameter.ts";
import type { StereoParameters } from "./parameters.ts";
import { type PhaseHistory, phaseHistory, phasesOf } from "./phases.ts";

/** An element's upmix, which keeps what frames carry on. */
export interface Upmix {
  /**
   * Makes both channels of a frame, which are the caller's until the next one.
   * @param from the frame's times, and six behind them.
   */
  apply(from: Subbands, times: number, parameters: StereoParameters): [Subbands, Subbands];
}

const PARAMETERS = 34;
/** Real and imaginary parts of the factors: of the sum and of the copy, for each channel. */
const FACTORS = 8;

/** The parts of one of the two layouts. */
interface Mode {
  readonly parameterCount: 20 | 34;
  readonly layout: HybridLayout;
  readonly parameterOf: readonly number[];
  readonly phaseCount: number;
  /** Bands of negative frequencies, whose phases turn the other way. */
  isNegative(band: number): boolean;
}

const COARSE: Mode = {
  parameterCount: 20,
  layout: LAYOUT_20,
  parameterOf: PARAMETER_OF_20,
  phaseCount: 11,
  isNegative: (band) => band <= 1,
};
const FINE: Mode = {
  parameterCount: 34,
  layout: LAYOUT_34,
  parameterOf: PARAMETER_OF_34,
  phaseCount: 17,
  isNegative: (band) => band >= 9 && band <= 13,
};

/** An upmix at its start. */
export function stereoUpmix(): Upmix {
  const history = hybridHistory();
  let mode = COARSE;
  let spread: Decorrelator = decorrelator(COARSE.layout);
  let sum = hybridBands(COARSE.layout);
  const channels: [Subbands, Subbands] = [subbands(TIMES), subbands(TIMES)];
  let phases: PhaseHistory = phaseHistory();
  let last: Float64Array[] = Array.from({ length: FACTORS }, () => new Float64Array(PARAMETERS));

  const switchTo = (wanted: Mode): void => {
    if (wanted === mode) return;
    mode = wanted;
    spread = decorrelator(mode.layout);
    sum = hybridBands(mode.layout);
    phases = phaseHistory();
    last = last.map((values) => mappedFactors(values, mode.parameterCount));
  };

  return {
    apply(from, times, parameters) {
      switchTo(parameters.layout === 34 ? FINE : COARSE);
      const { layout } = mode;
      splitBands(from, times, layout, history, sum);
      const copy = spread.apply(sum, times);
      let begin = 0;
      for (const [envelope, border] of parameters.borders.entries()) {
        const end = Math.min(border + 1, times);
        const factors = factorsOfEnvelope(parameters, envelope, mode, phases);
        if (end > begin) mix(sum, copy, { begin, end, from: last, to: factors, mode });
        begin = Math.max(begin, end);
        last = factors;
      }
      joinBands(sum, times, layout, channels[0]);
      joinBands(copy, times, layout, channels[1]);
      return channels;
    },
  };
}

/** Factors of every parameter at the end of an envelope. */
function factorsOfEnvelope(
  parameters: StereoParameters,
  envelope: number,
  { parameterCount, phaseCount }: Mode,
  history: PhaseHistory,
): Float64Array[] {
  const of = ({ envelopes, bandCount }: Parameter) =>
    mappedParameters(envelopes[envelope] as Int8Array, bandCount, parameterCount);
  const [intensity, coherence] = [of(parameters.intensity), of(parameters.coherence)];
  const factors = Array.from({ length: FACTORS }, () => new Float64Array(PARAMETERS));
  for (let index = 0; index < parameterCount; index++) {
    const mixed = factorsOf(intensity[index] as number, coherence[index] as number, parameters);
    const { sumToLeft, sumToRight, copyToLeft, copyToRight } = mixed;
    for (const [place, value] of [sumToLeft, sumToRight, copyToLeft, copyToRight].entries()) {
      (factors[place] as Float64Array)[index] = value;
    }
  }
  const { phases } = parameters;
  if (phases === null) return factors;
  const turns = phasesOf(of(phases[0]), of(phases[1]), phaseCount, history);
  for (const [index, turn] of turns.entries()) {
    for (let place = 0; place < 4; place++) {
      const { re, im } = place % 2 === 0 ? turn.left : turn.right;
      const values = factors[place] as Float64Array;
      const value = values[index] as number;
      values[index] = value * re;
      (factors[place + 4] as Float64Array)[index] = value * im;
    }
  }
  return factors;
}

interface Mixture {
  readonly begin: number;
  readonly end: number;
  readonly from: readonly Float64Array[];
  readonly to: readonly Float64Array[];
  readonly mode: Mode;
}

/** Turns the sum and its copy into left and right, in place; factors change evenly with time. */
function mix(sum: HybridBands, copy: HybridBands, { begin, end, from, to, mode }: Mixture): void {
  const factors = new Float64Array(FACTORS);
  const steps = new Float64Array(FACTORS);
  for (let band = 0; band < mode.layout.bandCount; band++) {
    const parameter = mode.parameterOf[band] as number;
    for (let place = 0; place < FACTORS; place++) {
      const sign = place >= 4 && mode.isNegative(band) ? -1 : 1;
      const start = sign * (from[place]?.[parameter] as number);
      factors[place] = start;
      steps[place] = (sign * (to[place]?.[parameter] as number) - start) / (end - begin);
    }
    for (let time = begin; time < end; time++) {
      for (let place = 0; place < FACTORS; place++) {
        factors[place] = (factors[place] as number) + (steps[place] as number);
      }
      const at = band * TIMES + time;
      const [a, b] = [sum.real[at] as number, sum.imaginary[at] as number];
      const [c, d] = [copy.real[at] as number, copy.imaginary[at] as number];
      const [a0, a1, c0, c1, b0, b1, d0, d1] = factors as unknown as Eight;
      sum.real[at] = a0 * a + c0 * c - b0 * b - d0 * d;
      sum.imaginary[at] = a0 * b + c0 * d + b0 * a + d0 * c;
      copy.real[at] = a1 * a + c1 * c - b1 * b - d1 * d;
      copy.imaginary[at] = a1 * b + c1 * d + b1 * a + d1 * c;
    }
  }
}

type Eight = readonly [number, number, number, number, number, number, number, number];
