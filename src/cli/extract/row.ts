/** What was computed of a clip, and its bytes on disk: the length of a header, the header as JSON, float32 values. */
import { floatsOf, viewOf } from "../../bytes.ts";
import type { FeatureMetadata } from "../../formats/metadata.ts";
import type { FeatureTensor } from "../../results/computed.ts";

/** The features of a clip as the API describes them. */
export interface Row {
  readonly metadata: FeatureMetadata;
  readonly tensors: readonly FeatureTensor[];
}

/** The same without numbers. */
export interface RowHeader {
  readonly metadata: FeatureMetadata;
  readonly tensors: readonly Omit<FeatureTensor, "data">[];
  /** The file as it was computed. */
  readonly stamp: string;
}

const LENGTH_BYTES = 4;

/** Writes a row, its header's bytes padded so that the values are aligned. */
export function encodeRow({ metadata, tensors }: Row, stamp: string): Uint8Array[] {
  const header: RowHeader = {
    metadata,
    tensors: tensors.map(({ name, shape }) => ({ name, shape })),
    stamp,
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(Math.ceil((LENGTH_BYTES + json.length) / 4) * 4).fill(0x20);
  viewOf(start).setUint32(0, start.length, true);
  start.set(json, LENGTH_BYTES);
  const values = tensors.map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return [start, ...values];
}

/** The bytes before the values, from the first four. */
export function headerBytes(start: Uint8Array): number {
  return viewOf(start).getUint32(0, true);
}

/** Reads what stands before the values. */
export function decodeHeader(bytes: Uint8Array): RowHeader {
  return JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, headerBytes(bytes))));
}

/** Reads a whole row. */
export function decodeRow(bytes: Uint8Array): Row {
  const { metadata, tensors } = decodeHeader(bytes);
  let at = headerBytes(bytes);
  return {
    metadata,
    tensors: tensors.map(({ name, shape }) => {
      const length = valueCount(shape) * Float32Array.BYTES_PER_ELEMENT;
      const data = floatsOf(bytes.subarray(at, at + length));
      at += length;
      return { name, shape, data };
    }),
  };
}

/** The bytes of a row's values. */
export function valueBytesOf({ tensors }: RowHeader): number {
  return tensors.reduce(
    (sum, { shape }) => sum + valueCount(shape) * Float32Array.BYTES_PER_ELEMENT,
    0,
  );
}

function valueCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
