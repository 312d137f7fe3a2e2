/** All segments of a model, one at a time, so that a large model never stands in memory whole. */
import type { WavLMConfig } from "../config.ts";
import type { BuiltProgram } from "./builder.ts";
import { buildFrontend } from "./frontend.ts";
import { buildFinalNorm, buildLayer } from "./layer.ts";
import { buildPositional, buildPositionTable } from "./positional.ts";
import type { Recipe } from "./recipe.ts";

/** A part of the model that is fetched as one blob of weights, and the programs that use them. */
export interface BuiltSegment {
  /** `frontend`, `positional`, `layer.0` … `layer.<N-1>`, and `final_norm` for stable models. */
  readonly name: string;
  readonly programs: readonly BuiltProgram[];
}

/** The number of segments that `buildSegments` gives. */
export function segmentCount({ layerCount, layerNormPlacement }: WavLMConfig): number {
  return 2 + layerCount + (layerNormPlacement === "stable" ? 1 : 0);
}

/** Builds frontend, positional, every layer and, for stable models, the final norm, in order of use. */
export async function* buildSegments(recipe: Recipe): AsyncGenerator<BuiltSegment> {
  yield { name: "frontend", programs: [await buildFrontend(recipe)] };
  yield {
    name: "positional",
    programs: [await buildPositional(recipe), await buildPositionTable(recipe)],
  };
  const { layerCount, layerNormPlacement } = recipe.checkpoint.config;
  for (let index = 0; index < layerCount; index++) {
    yield { name: `layer.${index}`, programs: await buildLayer(recipe, index) };
  }
  if (layerNormPlacement === "stable") {
    yield { name: "final_norm", programs: [await buildFinalNorm(recipe)] };
  }
}
