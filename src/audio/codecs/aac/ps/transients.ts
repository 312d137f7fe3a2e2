/** Transients, which decorrelation would smear (ISO/IEC 14496-3 §8.6.4.5.3). */
import type { Delays } from "./delays.ts";
import { type HybridBands, TIMES } from "./hybrid.ts";

const PEAK_DECAY = 0.76592833836465;
const SMOOTHING = 0.25;
const TRANSIENT_IMPACT = 1.5;

/** Factors by parameter and time that hold transients back, which would be smeared. */
export function transientSuppression({ parameterOf, parameterCount }: Delays, bandCount: number) {
  const peak = new Float64Array(parameterCount);
  const smooth = new Float64Array(parameterCount);
  const difference = new Float64Array(parameterCount);
  return ({ real, imaginary }: HybridBands, times: number): Float64Array[] => {
    const powers = Array.from({ length: parameterCount }, () => new Float64Array(times));
    for (let band = 0; band < bandCount; band++) {
      const power = powers[parameterOf[band] as number] as Float64Array;
      for (let time = 0; time < times; time++) {
        const [a, b] = [
          real[band * TIMES + time] as number,
          imaginary[band * TIMES + time] as number,
        ];
        power[time] = (power[time] as number) + a * a + b * b;
      }
    }
    return powers.map((power, parameter) =>
      power.map((now) => {
        const decayed = Math.max(PEAK_DECAY * (peak[parameter] as number), now);
        const even =
          (smooth[parameter] as number) + SMOOTHING * (now - (smooth[parameter] as number));
        const above = difference[parameter] as number;
        const excess = above + SMOOTHING * (decayed - now - above);
        peak[parameter] = decayed;
        smooth[parameter] = even;
        difference[parameter] = excess;
        const impact = TRANSIENT_IMPACT * excess;
        return impact > even ? even / impact : 1;
      }),
    );
  };
}
