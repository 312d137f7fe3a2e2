/** One tensor as a NumPy .npy file, version 1.0 (numpy.lib.format). */
import type { FeatureTensor } from "../results/computed.ts";
import type { Dtype } from "./format.ts";
import { valueBytes } from "./values.ts";

const MAGIC_AND_VERSION = "\x93NUMPY\x01\x00";
const HEADER_LENGTH_BYTES = 2;
const ALIGNMENT = 64;

/** Writes `tensor` as little-endian, C-ordered .npy: the header, then the values. */
export function* npyParts(tensor: FeatureTensor, dtype: Dtype): Generator<Uint8Array> {
  yield npyHeader(tensor.shape, dtype);
  yield valueBytes(tensor.data, dtype);
}

/** What stands before the values. */
export function npyHeader(shape: readonly number[], dtype: Dtype): Uint8Array {
  const descr = dtype === "f16" ? "<f2" : "<f4";
  const axes = shape.map((length) => `${length},`).join(" ");
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  const preamble = MAGIC_AND_VERSION.length + HEADER_LENGTH_BYTES;
  const fileHeaderLength = Math.ceil((preamble + fields.length + 1) / ALIGNMENT) * ALIGNMENT;
  const headerLength = fileHeaderLength - preamble;

  const bytes = new Uint8Array(fileHeaderLength);
  writeLatin1(bytes, 0, MAGIC_AND_VERSION);
  new DataView(bytes.buffer).setUint16(MAGIC_AND_VERSION.length, headerLength, true);
  writeLatin1(bytes, preamble, `${fields.padEnd(headerLength - 1)}\n`);
  return bytes;
}

function writeLatin1(bytes: Uint8Array, offset: number, text: string): void {
  for (let index = 0; index < text.length; index++) bytes[offset + index] = text.charCodeAt(index);
}
