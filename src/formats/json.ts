/** An answer as JSON, written row by row so that all its numbers never exist as one string. */
import type { FeatureTensor } from "../results/computed.ts";
import { printFloat32 } from "./float32-decimal.ts";
import type { Dtype, Encoding } from "./format.ts";
import type { FeatureMetadata } from "./metadata.ts";
import { valueBytes } from "./values.ts";

/** Rows are gathered into parts of about this many characters: single rows would make the stream slow. */
const PART_CHARACTERS = 1 << 16;

/** A multiple of 3, so that pieces of base64 can be joined without padding between them. */
export const BASE64_PIECE_BYTES = 3 << 12;

/** Options of JSON answers. */
export interface JsonOptions {
  readonly encoding: Encoding;
  readonly dtype: Dtype;
  readonly requestId?: string;
}

/**
 * Writes `{model, audio, frames, …, layers: [{name, index, shape, dtype, data}], request_id}` as UTF-8; `data` is nested
 * arrays of the tensor's shape, or base64 of its little-endian bytes.
 */
export function* jsonParts(
  tensors: readonly FeatureTensor[],
  metadata: FeatureMetadata,
  options: JsonOptions,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let pending = "";
  for (const text of jsonTexts(tensors, metadata, options)) {
    pending += text;
    if (pending.length < PART_CHARACTERS) continue;
    yield encoder.encode(pending);
    pending = "";
  }
  yield encoder.encode(pending);
}

function* jsonTexts(
  tensors: readonly FeatureTensor[],
  metadata: FeatureMetadata,
  options: JsonOptions,
): Generator<string> {
  yield `${JSON.stringify(metadata).slice(0, -1)},"layers":[`;
  for (const [position, tensor] of tensors.entries()) {
    if (position > 0) yield ",";
    yield `${JSON.stringify(describeTensor(tensor, options.dtype)).slice(0, -1)},"data":`;
    yield* options.encoding === "base64"
      ? base64Texts(tensor, options.dtype)
      : arrayTexts(tensor, options.dtype);
    yield "}";
  }
  yield options.requestId === undefined
    ? "]}"
    : `],"request_id":${JSON.stringify(options.requestId)}}`;
}

/** The members of a tensor beside its numbers. */
export function describeTensor({ name, shape }: Omit<FeatureTensor, "data">, dtype: Dtype) {
  const index = /^hidden_states\.(\d+)$/.exec(name)?.[1];
  return { name, ...(index !== undefined && { index: Number(index) }), shape, dtype };
}

/** The numbers of a tensor as arrays nested as its shape says, in pieces of a row. */
export function* arrayTexts(
  tensor: Pick<FeatureTensor, "data" | "shape">,
  dtype: Dtype,
): Generator<string> {
  const width = tensor.shape.at(-1) as number;
  const isVector = tensor.shape.length === 1;
  if (!isVector) yield "[";
  for (let start = 0; start < tensor.data.length; start += width) {
    if (start > 0) yield ",";
    yield rowText(tensor.data.subarray(start, start + width), dtype);
  }
  if (!isVector) yield "]";
}

/** One frame, or a pooled vector. */
export function rowText(row: Float32Array, dtype: Dtype): string {
  const values = dtype === "f16" ? new Float16Array(row) : row;
  return `[${Array.from(values, printFloat32).join(",")}]`;
}

function* base64Texts(tensor: FeatureTensor, dtype: Dtype): Generator<string> {
  const bytes = valueBytes(tensor.data, dtype);
  yield '"';
  for (let start = 0; start < bytes.length; start += BASE64_PIECE_BYTES) {
    yield base64Of(bytes.subarray(start, start + BASE64_PIECE_BYTES));
  }
  yield '"';
}

/** A piece of base64, padded if it is no multiple of three bytes. */
export function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
