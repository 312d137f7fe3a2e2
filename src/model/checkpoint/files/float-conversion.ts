/** Stored floating-point bytes → float32, exactly. */
import { UndertoneError } from "../../../errors.ts";

type Conversion = (bytes: Uint8Array<ArrayBuffer>) => Float32Array;

const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map([
  ["F32", (bytes) => new Float32Array(bytes.buffer)],
  ["F16", (bytes) => mapWords(bytes, float16Bits)],
  ["BF16", (bytes) => mapWords(bytes, (word) => word << 16)],
]);

/**
 * Passes if weights stored as `dtype` can be converted.
 * @throws UndertoneError `checkpoint-unsupported` naming the tensor and its dtype.
 */
export function requireWeightDtype(tensor: string, dtype: string): void {
  if (CONVERSIONS.has(dtype)) return;
  throw new UndertoneError(
    "checkpoint-unsupported",
    `Tensor ${tensor} is stored as ${dtype}; save the weights as F32, F16 or BF16.`,
    { tensor, dtype },
  );
}

/**
 * Converts little-endian `bytes` of F32, F16 or BF16 (the names safetensors gives them) to float32; F32 shares the bytes' buffer, which must hold
 * nothing else.
 */
export function convertToFloat32(bytes: Uint8Array<ArrayBuffer>, dtype: string): Float32Array {
  const convert = CONVERSIONS.get(dtype);
  if (convert === undefined) throw new RangeError(`no conversion from ${dtype}`);
  return convert(bytes);
}

function mapWords(
  bytes: Uint8Array<ArrayBuffer>,
  toFloat32Bits: (word: number) => number,
): Float32Array {
  const words = new Uint16Array(bytes.buffer);
  const bits = new Uint32Array(words.length);
  for (let index = 0; index < words.length; index++) bits[index] = toFloat32Bits(words[index] ?? 0);
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16 bits as binary32 bits: the exponent's bias grows by 112, the mantissa by 13 bits. */
function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // A subnormal half is a normal single: its leading one becomes the implied bit.
  const shift = Math.clz32(mantissa) - 21;
  return sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3ff) << 13);
}
