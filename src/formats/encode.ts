/** Writes features in any of the formats. */

import type { Pool } from "../model/engine/taps/pooling.ts";
import type { KeptFeatures } from "../results/computed.ts";
import type { Dtype, Encoding, Format } from "./format.ts";
import { jsonParts } from "./json.ts";
import { featureMetadata } from "./metadata.ts";
import { ndjsonParts } from "./ndjson.ts";
import { npyParts } from "./npy.ts";
import { npzParts } from "./npz.ts";
import { safetensorsParts } from "./safetensors.ts";

/** Options of writing features. */
export interface FormatOptions {
  readonly format: Format;
  readonly encoding: Encoding;
  readonly dtype: Dtype;
  /** The pooling of the tensors; repeated in the metadata. */
  readonly pool: Pool;
  /** Repeated in JSON only: the other formats give the same bytes for the same input. */
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
    case "ndjson":
      return ndjsonParts(features.tensors, metadata, options.dtype);
  }
}

function onlyTensor({ tensors }: KeptFeatures) {
  const [tensor] = tensors;
  if (tensor === undefined || tensors.length > 1)
    throw new RangeError(`npy holds one tensor, not ${tensors.length}`);
  return tensor;
}
