/** Features as they are kept: a header that says everything but the numbers, and each tensor's numbers. */
import type { FeatureTensor, KeptFeatures } from "./computed.ts";
import type { StoredResult } from "./results.ts";

interface Header extends Omit<KeptFeatures, "tensors"> {
  readonly tensors: readonly Omit<FeatureTensor, "data">[];
}

/** Features → a header and, for each tensor, its little-endian float32 values; no number is copied. */
export function storeFeatures(features: KeptFeatures): StoredResult {
  const { model, audio, frames, frameStrideSeconds, windows, backend, tensors } = features;
  const header: Header = {
    model,
    audio,
    frames,
    frameStrideSeconds,
    windows,
    backend,
    tensors: tensors.map(({ name, shape }) => ({ name, shape })),
  };
  return {
    header: JSON.stringify(header),
    parts: tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
}

/** The way back. */
export function restoreFeatures({ header, parts }: StoredResult): KeptFeatures {
  const { tensors, ...rest }: Header = JSON.parse(header);
  return {
    ...rest,
    tensors: tensors.map((tensor, index) => ({
      ...tensor,
      data: floatsOf(parts[index] as Uint8Array),
    })),
  };
}

function floatsOf(bytes: Uint8Array): Float32Array {
  const isAligned = bytes.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset, byteLength } = isAligned ? bytes : bytes.slice();
  return new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT);
}
