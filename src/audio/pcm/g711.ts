/** A-law and µ-law (ITU-T G.711): the 256 samples that their bytes stand for. */

/** Both laws are defined on 16-bit integers. */
const SCALE = 2 ** 15;

/** By byte, full scale ±1. */
export const A_LAW: Float32Array = expand((byte) => {
  const bits = byte ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
});

/** By byte, full scale ±1. */
export const MU_LAW: Float32Array = expand((byte) => {
  const bits = ~byte;
  const bias = 0x84;
  const magnitude = ((((bits & 0x0f) << 3) + bias) << ((bits >> 4) & 7)) - bias;
  return bits & 0x80 ? -magnitude : magnitude;
});

function expand(integerOf: (byte: number) => number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => (integerOf(byte) + 0) / SCALE);
}
