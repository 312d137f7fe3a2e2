/** All segments of a model, one at a time, so that a large model never stands in memory whole. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { headProductOf } from "./heads/product.ts";
import { buildHeadSegments, headSegmentCount } from "./heads/segments.ts";
import { buildFrontend } from "./programs/frontend.ts";
import { buildFinalNorm, buildLayer } from "./programs/layer.ts";
import { buildPositional, buildPositionTable } from "./programs/positional.ts";
import type { Recipe } from "./recipe.ts";
import type { BuiltSegment } from "./segment.ts";

/** The number of segments that `buildSegments` gives. */
export function segmentCount({ config, taskHead }: Checkpoint): number {
  const { layerCount, layerNormPlacement } = config;
  const norms = layerNormPlacement === "stable" ? 1 : 0;
  return 2 + layerCount + norms + (taskHead === undefined ? 0 : headSegmentCount(taskHead));
}

/** Builds all segments of a pack: those of the backbone, then those of its task head. */
export async function* buildSegments(recipe: Recipe): AsyncGenerator<BuiltSegment> {
  yield* buildBackboneSegments(recipe);
  const { taskHead } = recipe.checkpoint;
  if (taskHead !== undefined) yield* buildHeadSegments(taskHead, headProductOf(recipe));
}

/** Builds frontend, positional, every layer and, for stable models, the final norm, in order of use. */
export async function* buildBackboneSegments(recipe: Recipe): AsyncGenerator<BuiltSegment> {
  yield { name: "frontend", programs: [await buildFrontend(recipe)] };
  const { layerCount, layerNormPlacement, bucketCount } = recipe.checkpoint.config;
  const table = bucketCount === null ? [] : [await buildPositionTable(recipe)];
  yield { name: "positional", programs: [await buildPositional(recipe), ...table] };
  for (let index = 0; index < layerCount; index++) {
    yield { name: `layer.${index}`, programs: await buildLayer(recipe, index) };
  }
  if (layerNormPlacement === "stable") {
    yield { name: "final_norm", programs: [await buildFinalNorm(recipe)] };
  }
}
