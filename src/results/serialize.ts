/** Features as they are kept: a header that says everything but the numbers, and each tensor's numbers. */
import { bytesOf, floatsOf } from "../bytes.ts";
import type { FeatureTensor, KeptFeatures } from "./computed.ts";
import type { StoredResult } from "./results.ts";
import type { Spread, SpreadResult } from "./spread.ts";

/** A tensor [frames, width] in pieces of whole frames. */
export interface SpreadTensor extends Omit<FeatureTensor, "data"> {
  pieces(): AsyncIterable<Float32Array>;
}

/** Features without their numbers, and tensors that give them. */
export interface SpreadFeatures extends Omit<KeptFeatures, "tensors"> {
  readonly tensors: readonly SpreadTensor[];
}

interface Header extends Omit<KeptFeatures, "tensors"> {
  readonly tensors: readonly Omit<FeatureTensor, "data">[];
}

/** Features → a header and, for each tensor, its little-endian float32 values; no number is copied. */
export function storeFeatures(features: KeptFeatures): StoredResult {
  const { model, audio, frames, silent, frameStrideSeconds, windows, backend, tensors } = features;
  const header: Header = {
    model,
    audio,
    frames,
    ...(silent && { silent }),
    frameStrideSeconds,
    windows,
    backend,
    tensors: tensors.map(({ name, shape }) => ({ name, shape })),
  };
  return {
    header: JSON.stringify(header),
    parts: tensors.map(({ data }) => bytesOf(data)),
  };
}

/** The header of features whose tensors, [frames, width], are kept in pieces of windows. */
export function spreadHeader(
  features: Omit<KeptFeatures, "tensors">,
  widths: readonly { readonly name: string; readonly width: number }[],
  spread: Spread,
): string {
  const { frames } = features;
  const tensors = widths.map(({ name, width }) => ({
    name,
    shape: [frames, width],
    data: NO_DATA,
  }));
  return JSON.stringify({ ...JSON.parse(storeFeatures({ ...features, tensors }).header), spread });
}

const NO_DATA = new Float32Array(0);

/** The features of a result that is kept in pieces. */
export function restoreSpread({ header, pieces }: SpreadResult): SpreadFeatures {
  const { tensors, ...rest }: Header = JSON.parse(header);
  return {
    ...rest,
    tensors: tensors.map((tensor, index) => ({
      ...tensor,
      async *pieces() {
        for await (const bytes of pieces(index)) yield floatsOf(bytes);
      },
    })),
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
