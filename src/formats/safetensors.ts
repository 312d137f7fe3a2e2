/** Tensors as a safetensors file (huggingface/safetensors, README "Format"). */
import type { FeatureTensor } from "../results/computed.ts";
import type { Dtype } from "./format.ts";
import type { FeatureMetadata } from "./metadata.ts";
import { valueBytes, valueSize } from "./values.ts";

const HEADER_LENGTH_BYTES = 8;
const ALIGNMENT = 8;

/** Writes the header, padded so that values are aligned, then the tensors in order without gaps. */
export function* safetensorsParts(
  tensors: readonly FeatureTensor[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): Generator<Uint8Array> {
  yield safetensorsHeader(tensors, metadata, dtype);
  for (const tensor of tensors) yield valueBytes(tensor.data, dtype);
}

/** What stands before the values. */
export function safetensorsHeader(
  tensors: readonly Omit<FeatureTensor, "data">[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): Uint8Array {
  return headerOf(flattenToStrings(metadata), describeTensors(tensors, dtype));
}

/** A header of metadata and tensors as `describeTensors` gives them, padded so that values are aligned. */
export function headerOf(
  metadata: Readonly<Record<string, string>>,
  tensors: Readonly<Record<string, unknown>>,
): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...tensors }));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(HEADER_LENGTH_BYTES + headerLength).fill(" ".charCodeAt(0));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, HEADER_LENGTH_BYTES);
  return bytes;
}

/** The type, shape and place of tensors that follow each other without gaps, by name. */
export function describeTensors(
  tensors: readonly Omit<FeatureTensor, "data">[],
  dtype: Dtype,
): Record<string, unknown> {
  let begin = 0;
  const entries = tensors.map(({ name, shape }) => {
    const values = shape.reduce((product, size) => product * size, 1);
    const end = begin + values * valueSize(dtype);
    const entry = [
      name,
      { dtype: dtype.toUpperCase(), shape, data_offsets: [begin, end] },
    ] as const;
    begin = end;
    return entry;
  });
  return Object.fromEntries(entries);
}

/** `{model: {id}}` → `{"model.id": …}`: the format allows only string values in its metadata. */
function flattenToStrings(metadata: object, prefix = ""): Record<string, string> {
  const entries = Object.entries(metadata).flatMap(([key, value]) =>
    typeof value === "object" && value !== null
      ? Object.entries(flattenToStrings(value, `${prefix}${key}.`))
      : [[`${prefix}${key}`, String(value)] as const],
  );
  return Object.fromEntries(entries);
}
