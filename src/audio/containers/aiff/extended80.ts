/** The 80-bit float that AIFF stores its sample rate in. */
import { viewOf } from "../../../bytes.ts";

const EXPONENT_BIAS = 16_383;
const FRACTION_BITS = 63;

/**
 * The number that ten big-endian bytes stand for (IEEE 754 double-extended, as in the 80x87): a sign, 15 bits of exponent
 * and 64 of significand, with its integer bit written out; ±Infinity for the largest exponent.
 */
export function extended80(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  const signAndExponent = view.getUint16(0);
  const significand = Number(view.getBigUint64(2));
  const exponent = signAndExponent & 0x7fff;
  const magnitude =
    exponent === 0x7fff ? Infinity : significand * 2 ** (exponent - EXPONENT_BIAS - FRACTION_BITS);
  return signAndExponent & 0x8000 ? -magnitude : magnitude;
}
