/** Features as lines of JSON: one that describes them, then one for each frame of each layer. */
import { frameOfRow } from "../model/engine/windows/quiet.ts";
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

/** The frame of the clip that each row of a tensor is of: those of silence that were left out are counted. */
export function frameNumbers({ silent = [] }: FeatureMetadata): (row: number) => number {
  const spans = silent.map(({ frame, frames }) => ({ firstFrame: frame, frames }));
  return (row) => frameOfRow(spans, row);
}

/**
 * The frames of a tensor, `{layer, frame, data}`; a pooled vector is one line, without `frame`.
 * @param data all numbers of the tensor, or whole rows of them
 * @param frameOf the frame that a row of the tensor is of
 * @param firstRow the row that these begin with
 */
export function* frameLines(
  { name, shape }: Omit<FeatureTensor, "data">,
  data: Float32Array,
  dtype: Dtype,
  frameOf: (row: number) => number,
  firstRow = 0,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const width = shape.at(-1) as number;
  const layer = JSON.stringify(name);
  let pending = "";
  for (let row = 0; row * width < data.length; row++) {
    const frame = shape.length === 1 ? "" : `"frame":${frameOf(firstRow + row)},`;
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
  const frameOf = frameNumbers(metadata);
  for (const tensor of tensors) yield* frameLines(tensor, tensor.data, dtype, frameOf);
}
