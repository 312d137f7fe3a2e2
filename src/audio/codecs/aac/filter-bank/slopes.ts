/** The shapes of AAC's windows (ISO/IEC 14496-3 §4.6.11.3.2). */

/** The rising half of a sine window. */
export function sineSlope(length: number): Float64Array {
  return Float64Array.from({ length }, (_, index) =>
    Math.sin((Math.PI * (index + 0.5)) / (2 * length)),
  );
}

/** The rising half of Kaiser and Bessel's window, summed up so that overlapping halves have unity power. */
export function kaiserSlope(length: number, alpha: number): Float64Array {
  const kernel = Float64Array.from({ length: length + 1 }, (_, index) =>
    bessel(Math.PI * alpha * Math.sqrt(1 - ((2 * index) / length - 1) ** 2)),
  );
  const total = kernel.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  return kernel.subarray(0, length).map((value) => {
    sum += value;
    return Math.sqrt(sum / total);
  });
}

/** The modified Bessel function of order zero, by its series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let index = 1; term > sum * 1e-18; index++) {
    term *= (x / 2 / index) ** 2;
    sum += term;
  }
  return sum;
}
