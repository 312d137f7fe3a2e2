/** All segments of a model, one at a time, so that a large model never stands in memory whole. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Precision } from "../pack.ts";
import type { BuiltSegment } from "./builder.ts";
import { buildFrontend } from "./frontend.ts";
import { buildFinalNorm, buildLayer } from "./layer.ts";
import { buildPositional } from "./positional.ts";

/** The number of segments that `buildSegments` gives. */
export function segmentCount(checkpoint: Checkpoint): number {
  const { layerCount, layerNormPlacement } = checkpoint.config;
  return 2 + layerCount + (layerNormPlacement === "stable" ? 1 : 0);
}

/** Builds frontend, positional, every layer and, for stable models, the final norm, in order of use. */
export async function* buildSegments(
  checkpoint: Checkpoint,
  precision: Precision,
): AsyncGenerator<BuiltSegment> {
  yield await buildFrontend(checkpoint);
  yield await buildPositional(checkpoint);
  for (let index = 0; index < checkpoint.config.layerCount; index++) {
    yield await buildLayer(checkpoint, index, precision);
  }
  if (checkpoint.config.layerNormPlacement === "stable") yield await buildFinalNorm(checkpoint);
}
