/** Parametric stereo's phases (ISO/IEC 14496-3 §8.6.4.6.3.2): eighths of a turn, smoothed over three envelopes. */

/** A complex number of magnitude 1. */
export interface Turn {
  readonly re: number;
  readonly im: number;
}

/** Of each parameter: the two phases before, the latest one last. */
export interface PhaseHistory {
  readonly phase: [older: number, last: number][];
  readonly overall: [older: number, last: number][];
}

const MOST_PHASES = 17;

/** Nothing came before. */
export function phaseHistory(): PhaseHistory {
  const zeros = () => Array.from({ length: MOST_PHASES }, (): [number, number] => [0, 0]);
  return { phase: zeros(), overall: zeros() };
}

/** By how much each parameter turns the left and the right channel. */
export function phasesOf(
  phase: Int8Array,
  overall: Int8Array,
  count: number,
  history: PhaseHistory,
): { readonly left: Turn; readonly right: Turn }[] {
  return Array.from({ length: count }, (_, index) => {
    const between = smoothed(phase[index] as number, history.phase[index] as [number, number]);
    const left = smoothed(overall[index] as number, history.overall[index] as [number, number]);
    return {
      left,
      right: {
        re: left.re * between.re + left.im * between.im,
        im: left.im * between.re - left.re * between.im,
      },
    };
  });
}

function smoothed(eighths: number, before: [number, number]): Turn {
  const [older, last] = before;
  const part = (turn: (angle: number) => number) =>
    0.25 * turn((older * Math.PI) / 4) +
    0.5 * turn((last * Math.PI) / 4) +
    turn((eighths * Math.PI) / 4);
  const [re, im] = [part(Math.cos), part(Math.sin)];
  const magnitude = Math.hypot(re, im);
  before[0] = last;
  before[1] = eighths;
  return { re: re / magnitude, im: im / magnitude };
}
