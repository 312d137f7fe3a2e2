/** One vector for a clip: a speaker's embedding where the model has a head for it, pooled features else. */
import type { z } from "zod";
import { printFloat32 } from "../formats/float32-decimal.ts";
import { type Pool, pool, pooled } from "../model/engine/taps/pooling.ts";
import { featureTaps } from "../model/engine/taps/resolve.ts";
import { countTaps, headTaps, type Taps } from "../model/engine/taps/taps.ts";
import { headOf } from "../model/heads/head.ts";
import { l2Normalised } from "../model/heads/vectors.ts";
import type { PackManifest } from "../model/pack/manifest.ts";
import type { EmbeddingAnswer } from "./answers.ts";
import { namedMatrices } from "./features/compute.ts";
import { invalidOption } from "./options/errors.ts";
import { ClipOptionsSchema, flag, LAYER_OPTIONS, oneOf, SILENCE_OPTION } from "./options/schema.ts";
import type { AnsweredClip, Task } from "./task.ts";

/** Poolings that give one vector. */
export const VECTOR_POOLS = ["mean", "mean_std", "max"] as const satisfies readonly Pool[];

/** The options of POST /v1/embeddings. */
export const EmbeddingOptionsSchema = ClipOptionsSchema.extend({
  ...SILENCE_OPTION,
  l2: flag().optional().describe("Whether the vector is scaled to length 1. Default: false."),
  pool: oneOf(VECTOR_POOLS)
    .optional()
    .describe(
      "Pools features instead of running the speaker head. Default without such a head: mean.",
    ),
  layers: LAYER_OPTIONS.layers.describe(
    "Which output is pooled, one of those of /v1/features. Default: last.",
  ),
  layer_weights: LAYER_OPTIONS.layer_weights,
});

type EmbeddingOptions = z.output<typeof EmbeddingOptionsSchema>;

export const embeddingTask: Task<typeof EmbeddingOptionsSchema, EmbeddingAnswer> = {
  name: "embedding",
  options: EmbeddingOptionsSchema,
  texts: {},
  head: null,
  plan: planEmbedding,
  answer(clip, _manifest, options) {
    const { vector, ...made } = vectorOf(clip, options);
    const scaled = options.l2 ? l2Normalised(vector) : vector;
    return {
      ...made,
      l2: options.l2 ?? false,
      size: scaled.length,
      embedding: Array.from(scaled, (value) => Number(printFloat32(value))),
    };
  },
};

/** The speaker head if there is one and pooling is not asked for. */
function planEmbedding(manifest: PackManifest, options: EmbeddingOptions): Taps {
  const xvector = headOf(manifest, "xvector");
  const { layers, layer_weights } = options;
  const isPooled = [options.pool, layers, layer_weights].some((given) => given !== undefined);
  if (xvector !== undefined && !isPooled) return headTaps(xvector);
  const taps = featureTaps(manifest, { layers: layers ?? "last", layerWeights: layer_weights });
  if (countTaps(taps) !== 1) throw invalidOption("layers", "has to name one output for a vector");
  return taps;
}

function vectorOf({ result, summaries }: AnsweredClip, options: EmbeddingOptions) {
  const embedding = result.head?.embedding;
  if (embedding) return { method: "xvector" as const, vector: embedding };
  const kind = options.pool ?? "mean";
  const made = { method: "pooled" as const, pool: kind };
  const [summary] = summaries ?? [];
  if (summary !== undefined) {
    return { ...made, layer: summary[0], vector: pooled(summary[1], kind).data };
  }
  const [layer, matrix] = onlyMatrix(result);
  return { ...made, layer, vector: pool(matrix, kind, result.windowFrames).data };
}

function onlyMatrix(result: AnsweredClip["result"]) {
  const [matrix] = namedMatrices(result);
  if (matrix === undefined) throw new RangeError("nothing was computed to pool");
  return matrix;
}
