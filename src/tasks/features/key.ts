/** Under which key the result of a request is kept. */

import { featureTaps } from "../../model/engine/taps/resolve.ts";
import type { InstalledPack } from "../../model/pack/registry.ts";
import { resultKey } from "../../results/key.ts";
import type { FeatureOptions } from "./compute.ts";

/**
 * The key of what `pack` makes of a clip.
 * @throws UndertoneError what `featureTaps` throws.
 */
export function featuresKey(
  { manifest, packDigest }: InstalledPack,
  options: FeatureOptions,
  clipSha256: string,
  { windowSeconds }: { readonly windowSeconds: number },
): Promise<string> {
  const { pool, channel, track, startSeconds = 0, endSeconds } = options;
  const taps = JSON.stringify(featureTaps(manifest, options));
  const selection = JSON.stringify([track, channel, startSeconds, endSeconds]);
  return resultKey({ clipSha256, packDigest, taps, pool, selection, windowSeconds });
}
