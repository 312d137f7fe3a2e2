/** Writes features whose frames come piece by piece, in the bytes that `encodeFeatures` gives for the same numbers. */
import { UndertoneError } from "../errors.ts";
import type { FeatureTensor } from "../results/computed.ts";
import type { SpreadFeatures, SpreadTensor } from "../results/serialize.ts";
import type { FormatOptions } from "./encode.ts";
import type { Dtype } from "./format.ts";
import { BASE64_PIECE_BYTES, base64Of, describeTensor, rowText } from "./json.ts";
import { type FeatureMetadata, featureMetadata } from "./metadata.ts";
import { frameLines, frameNumbers, headLine } from "./ndjson.ts";
import { npyHeader } from "./npy.ts";
import { LARGEST_ZIP_BYTES, storedZip } from "./npz.ts";
import { safetensorsHeader } from "./safetensors.ts";
import { valueBytes, valueSize } from "./values.ts";

/**
 * Writes features piece by piece; of their numbers no more than a piece is held.
 * @throws UndertoneError `invalid-option` for an npz above 4 GiB.
 */
export function encodeSpread(
  features: SpreadFeatures,
  options: FormatOptions,
): AsyncIterable<Uint8Array> {
  // The metadata has no numbers of tensors.
  const metadata = featureMetadata({ ...features, tensors: [] }, options.pool);
  const { tensors } = features;
  const { dtype } = options;
  switch (options.format) {
    case "json":
      return jsonPieces(tensors, metadata, options);
    case "npy":
      return npyPieces(onlyTensor(tensors), dtype);
    case "npz":
      requireZipFits(tensors, dtype);
      return npzPieces(tensors, metadata, dtype);
    case "safetensors":
      return safetensorsPieces(tensors, metadata, dtype);
    case "ndjson":
      return ndjsonPieces(tensors, metadata, dtype);
  }
}

function onlyTensor(tensors: readonly SpreadTensor[]): SpreadTensor {
  const [tensor] = tensors;
  if (tensor === undefined || tensors.length > 1)
    throw new RangeError(`npy holds one tensor, not ${tensors.length}`);
  return tensor;
}

function requireZipFits(tensors: readonly SpreadTensor[], dtype: Dtype): void {
  const bytes = tensors.reduce((sum, tensor) => sum + valueCount(tensor) * valueSize(dtype), 0);
  if (bytes < LARGEST_ZIP_BYTES) return;
  throw new UndertoneError(
    "invalid-option",
    `Option \`format\` is npz, which holds 4 GiB, and the result has ${bytes} bytes. Ask for safetensors or ndjson, or for npy of one layer.`,
    { option: "format" },
  );
}

function valueCount({ shape }: Pick<FeatureTensor, "shape">): number {
  return shape.reduce((product, size) => product * size, 1);
}

async function* npyPieces(tensor: SpreadTensor, dtype: Dtype): AsyncGenerator<Uint8Array> {
  yield npyHeader(tensor.shape, dtype);
  for await (const piece of tensor.pieces()) yield valueBytes(piece, dtype);
}

async function* safetensorsPieces(
  tensors: readonly SpreadTensor[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): AsyncGenerator<Uint8Array> {
  yield safetensorsHeader(tensors, metadata, dtype);
  for (const tensor of tensors) {
    for await (const piece of tensor.pieces()) yield valueBytes(piece, dtype);
  }
}

async function* ndjsonPieces(
  tensors: readonly SpreadTensor[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): AsyncGenerator<Uint8Array> {
  yield headLine(tensors, metadata, dtype);
  const frameOf = frameNumbers(metadata);
  for (const tensor of tensors) {
    const width = tensor.shape.at(-1) as number;
    let row = 0;
    for await (const piece of tensor.pieces()) {
      yield* frameLines(tensor, piece, dtype, frameOf, row);
      row += piece.length / width;
    }
  }
}

function npzPieces(
  tensors: readonly SpreadTensor[],
  metadata: FeatureMetadata,
  dtype: Dtype,
): AsyncGenerator<Uint8Array> {
  const described = new TextEncoder().encode(JSON.stringify(metadata));
  return storedZip([
    ...tensors.map((tensor) => ({ name: `${tensor.name}.npy`, pieces: npyPieces(tensor, dtype) })),
    { name: "metadata.json", pieces: [described] },
  ]);
}

async function* jsonPieces(
  tensors: readonly SpreadTensor[],
  metadata: FeatureMetadata,
  options: FormatOptions,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const { dtype, encoding, requestId } = options;
  yield encoder.encode(`${JSON.stringify(metadata).slice(0, -1)},"layers":[`);
  for (const [position, tensor] of tensors.entries()) {
    const opening = JSON.stringify(describeTensor(tensor, dtype)).slice(0, -1);
    yield encoder.encode(`${position > 0 ? "," : ""}${opening},"data":`);
    const texts = encoding === "base64" ? base64Texts(tensor, dtype) : rowTexts(tensor, dtype);
    for await (const text of texts) yield encoder.encode(text);
    yield encoder.encode("}");
  }
  yield encoder.encode(
    requestId === undefined ? "]}" : `],"request_id":${JSON.stringify(requestId)}}`,
  );
}

async function* rowTexts(tensor: SpreadTensor, dtype: Dtype): AsyncGenerator<string> {
  const width = tensor.shape.at(-1) as number;
  let isFirst = true;
  yield "[";
  for await (const piece of tensor.pieces()) {
    for (let start = 0; start < piece.length; start += width) {
      yield `${isFirst ? "" : ","}${rowText(piece.subarray(start, start + width), dtype)}`;
      isFirst = false;
    }
  }
  yield "]";
}

/** Pieces need not be multiples of three bytes: what is left of one goes before the next. */
async function* base64Texts(tensor: SpreadTensor, dtype: Dtype): AsyncGenerator<string> {
  let rest = new Uint8Array(0);
  yield '"';
  for await (const piece of tensor.pieces()) {
    const values = valueBytes(piece, dtype);
    const bytes = new Uint8Array(rest.length + values.length);
    bytes.set(rest);
    bytes.set(values, rest.length);
    const whole = bytes.length - (bytes.length % 3);
    for (let start = 0; start < whole; start += BASE64_PIECE_BYTES) {
      yield base64Of(bytes.subarray(start, Math.min(whole, start + BASE64_PIECE_BYTES)));
    }
    rest = bytes.slice(whole);
  }
  yield `${base64Of(rest)}"`;
}
