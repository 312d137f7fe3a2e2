/** Features as lines of JSON: one that describes them, then one for each frame of each layer. */
import type { FeatureTensor } from "../results/computed.ts";
import type { Dtype } from "./format.ts";
import { describeTensor, rowText } from "./json.ts";
import type { FeatureMetadata } from "./metadata.ts";

/** Lines are gathered into parts of about this many characters. */
const PART_CHARACTERS = 1 << 16;

/** The members of JSON beside numbers, as a line: `{model, audio, frames, …, layers: [{name, index, shape, dtype}]}`. */
export function headLine(
  tensors: readonly Omit<FeatureTensor, "data">[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): Uint8Array {
  const layers = tensors.map((tensor) => describeTensor(tensor, dtype));
  return new TextEncoder().encode(`${JSON.stringify({ ...metadata, layers })}\n`);
}

/**
 * The frames of a tensor, `{layer, frame, data}`; a pooled vector is one line, without `frame`.
 * @param data all numbers of the tensor, or whole frames of them
 * @param firstFrame the frame that these begin with
 */
export function* frameLines(
  { name, shape }: Omit<FeatureTensor, "data">,
  data: Float32Array,
  dtype: Dtype,
  firstFrame = 0,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const width = shape.at(-1) as number;
  const layer = JSON.stringify(name);
  let pending = "";
  for (let row = 0; row * width < data.length; row++) {
    const frame = shape.length === 1 ? "" : `"frame":${firstFrame + row},`;
    const values = rowText(data.subarray(row * width, (row + 1) * width), dtype);
    pending += `{"layer":${layer},${frame}"data":${values}}\n`;
    if (pending.length < PART_CHARACTERS) continue;
    yield encoder.encode(pending);
    pending = "";
  }
  yield encoder.encode(pending);
}

/** Writes features that are held whole. */
export function* ndjsonParts(
  tensors: readonly FeatureTensor[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): Generator<Uint8Array> {
  yield headLine(tensors, metadata, dtype);
  for (const tensor of tensors) yield* frameLines(tensor, tensor.data, dtype);
}
