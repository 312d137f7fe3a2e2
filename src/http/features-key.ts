/** Under which key the result of a request is kept. */
import type { FeatureOptions } from "../featurize.ts";
import { resultKey } from "../jobs/result-key.ts";
import { featureTaps } from "../model/layers.ts";
import type { InstalledPack } from "../model/registry.ts";
import type { Settings } from "../platform/settings.ts";

/**
 * The key of what `pack` makes of a clip.
 * @throws UndertoneError what `featureTaps` throws.
 */
export function featuresKey(
  { manifest, packDigest }: InstalledPack,
  options: FeatureOptions,
  clipSha256: string,
  { windowSeconds }: Settings,
): Promise<string> {
  const { pool, channel, track, startSeconds = 0, endSeconds } = options;
  const taps = JSON.stringify(featureTaps(manifest, options));
  const selection = JSON.stringify([track, channel, startSeconds, endSeconds]);
  return resultKey({ clipSha256, packDigest, taps, pool, selection, windowSeconds });
}
