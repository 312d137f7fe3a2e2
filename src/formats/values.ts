/** A tensor's values in the type and byte order that files carry. */
import type { Dtype } from "./format.ts";

/**
 * The values as little-endian bytes: a view for `f32`, a rounded copy for `f16`.
 * Every runtime this code serves is little-endian, so memory already has the files' order.
 */
export function valueBytes(values: Float32Array, dtype: Dtype): Uint8Array<ArrayBuffer> {
  const array = dtype === "f16" ? new Float16Array(values) : values;
  return new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}

/** Bytes per value. */
export function valueSize(dtype: Dtype): number {
  return dtype === "f16" ? Float16Array.BYTES_PER_ELEMENT : Float32Array.BYTES_PER_ELEMENT;
}
