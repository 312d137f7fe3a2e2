/** Plans: the computation of a clip's features, resolved once against a pack, then handed on. */
import type { ClipSelection } from "../../audio/clip.ts";
import type { Format } from "../../formats/format.ts";
import type { Pool } from "../../model/engine/taps/pooling.ts";
import { featureTaps } from "../../model/engine/taps/resolve.ts";
import type { Taps } from "../../model/engine/taps/taps.ts";
import type { InstalledPack } from "../../model/pack/registry.ts";
import { requireEncodable } from "../options/encodable.ts";
import type { FeatureOptions, RequestOptions } from "../options/request.ts";

/** A computation of features by one pack. */
export interface FeaturePlan {
  readonly pack: InstalledPack;
  readonly taps: Taps;
  readonly pool: Pool;
  /** Windows of silence are left out. */
  readonly skipsSilence: boolean;
  /** The part of the clip that is computed. */
  readonly selection: ClipSelection;
}

/**
 * Resolves options against a pack.
 * @throws UndertoneError `layer-out-of-range`; `invalid-option` for layer weights; `output-unavailable`.
 */
export function planFeatures(pack: InstalledPack, options: FeatureOptions): FeaturePlan {
  return {
    pack,
    taps: featureTaps(pack.manifest, options),
    pool: options.pool,
    skipsSilence: options.skipsSilence ?? false,
    selection: options,
  };
}

/**
 * The same for features that will be written in `format`.
 * @throws UndertoneError as `planFeatures` and `requireEncodable` do.
 */
export function planWritten(
  pack: InstalledPack,
  options: RequestOptions,
  format: Format,
): FeaturePlan {
  const plan = planFeatures(pack, options);
  requireEncodable(options, format, plan.taps);
  return plan;
}
