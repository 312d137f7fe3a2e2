/** Prints a float32 as the shortest decimal that reads back as the same float32. */

/** Every float32 is told apart by this many significant digits, and none needs fewer than six to be found. */
const MAX_DIGITS = 9;
const FIRST_DIGITS = 6;

/** Within these, x·10ᵏ and m/10ᵏ need only powers of ten that a double holds exactly. */
const FAST_LOWEST = 1e-7;
const FAST_HIGHEST = 1e6;
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The shortest JSON number that, parsed and rounded to float32, is `value` again (which has to be a float32 already).
 * JSON has no infinity, so ±Infinity is written ±1e999, which parsers that follow IEEE 754 read as infinity; a NaN is `null`.
 */
export function printFloat32(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= FAST_LOWEST && magnitude < FAST_HIGHEST) return printByScaling(value, magnitude);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (Number.isNaN(value)) return "null";
  if (magnitude === Infinity) return value > 0 ? "1e999" : "-1e999";
  return printByPrecision(value);
}

/** Several times faster than toPrecision: a quotient of two exact doubles is the double nearest to the decimal. */
function printByScaling(value: number, magnitude: number): string {
  const exponent = Math.floor(Math.log10(magnitude));
  for (let digits = FIRST_DIGITS; digits < MAX_DIGITS; digits++) {
    const scale = POWERS_OF_TEN[digits - 1 - exponent] as number;
    const candidate = Math.round(value * scale) / scale;
    if (Math.fround(candidate) === value) return String(candidate);
  }
  const scale = POWERS_OF_TEN[MAX_DIGITS - 1 - exponent] as number;
  return String(Math.round(value * scale) / scale);
}

/** Starts at one digit, because subnormals carry fewer than six. */
function printByPrecision(value: number): string {
  for (let digits = 1; digits < MAX_DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(MAX_DIGITS)));
}
