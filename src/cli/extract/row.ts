/** What was computed of a clip, and its bytes on disk: the length of a header, the header as JSON, float32 values. */
import { bytesOf, floatsOf, viewOf } from "../../bytes.ts";
import type { FeatureMetadata } from "../../formats/metadata.ts";
import type { FeatureTensor } from "../../results/computed.ts";
import { tensorBytes } from "../../results/stored-bytes.ts";

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
  return [start, ...tensors.map(({ data }) => bytesOf(data))];
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
      const end = at + tensorBytes([{ shape }]);
      const data = floatsOf(bytes.subarray(at, end));
      at = end;
      return { name, shape, data };
    }),
  };
}
