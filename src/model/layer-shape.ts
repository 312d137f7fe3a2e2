/** The shape of each layer: the same in every layer of a model, but for pruned ones. */
import type { PrunedLayer, WavLMConfig } from "./config.ts";

/** A layer's sizes. */
export interface LayerShape extends PrunedLayer {
  readonly headWidth: number;
  /** Columns of queries, of keys and of values: those of all its heads. */
  readonly attentionSize: number;
}

/** The shape of layer `index`. */
export function layerShape(config: WavLMConfig, index: number): LayerShape {
  const { hiddenSize, headCount, intermediateSize, prunedLayers } = config;
  const { heads, ...rest } = prunedLayers?.[index] ?? {
    heads: Array.from({ length: headCount }, (_, head) => head),
    intermediateSize,
  };
  const headWidth = hiddenSize / headCount;
  return { ...rest, heads, headWidth, attentionSize: heads.length * headWidth };
}

/** The name of a layer's program: all layers share one, but for those of pruned models. */
export function layerProgram(
  { prunedLayers }: Pick<WavLMConfig, "prunedLayers">,
  program: "project" | "attend",
  index: number,
): string {
  return prunedLayers === null ? program : `${program}.${index}`;
}

/** True if heads are missing among `headCount`, or in another order. */
export function isPruned(heads: readonly number[], headCount: number): boolean {
  return heads.length !== headCount || heads.some((head, index) => head !== index);
}
