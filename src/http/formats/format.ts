/** The formats an answer can be written in, and the one function that writes it. */
import type { KeptFeatures } from "../../features.ts";
import type { Pool } from "../../model/pooling.ts";
import { jsonParts } from "./json.ts";
import { featureMetadata } from "./metadata.ts";
import { npyParts } from "./npy.ts";
import { npzParts } from "./npz.ts";
import { safetensorsParts } from "./safetensors.ts";

export const FORMATS = ["json", "npy", "npz", "safetensors"] as const;
export type Format = (typeof FORMATS)[number];

/** How JSON writes numbers: decimals, or base64 of their little-endian bytes. */
export const ENCODINGS = ["float", "base64"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The type values are stored in; float16 rounds to nearest even and overflows to infinity beyond 65504, as NumPy does. */
export const DTYPES = ["f32", "f16"] as const;
export type Dtype = (typeof DTYPES)[number];

/** How to write features. */
export interface FormatOptions {
  readonly format: Format;
  readonly encoding: Encoding;
  readonly dtype: Dtype;
  /** How the tensors were pooled; repeated in the metadata. */
  readonly pool: Pool;
  /** Repeated in JSON only: the binary formats give the same bytes for the same input. */
  readonly requestId?: string;
}

/**
 * Writes features part by part, so that no more than a few rows exist in two forms at once.
 * `npy` writes the only tensor: callers have made sure that there is one.
 */
export function encodeFeatures(
  features: KeptFeatures,
  options: FormatOptions,
): Iterable<Uint8Array> {
  const metadata = featureMetadata(features, options.pool);
  switch (options.format) {
    case "json":
      return jsonParts(features.tensors, metadata, options);
    case "npy":
      return npyParts(onlyTensor(features), options.dtype);
    case "npz":
      return npzParts(features.tensors, metadata, options.dtype);
    case "safetensors":
      return safetensorsParts(features.tensors, metadata, options.dtype);
  }
}

function onlyTensor({ tensors }: KeptFeatures) {
  const [tensor] = tensors;
  if (tensor === undefined || tensors.length > 1)
    throw new RangeError(`npy holds one tensor, not ${tensors.length}`);
  return tensor;
}
