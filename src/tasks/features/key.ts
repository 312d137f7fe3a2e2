/** Under which key the features of a clip are kept. */
import { resultKey } from "../../results/key.ts";
import type { FeaturePlan } from "./plan.ts";

/** The key of what a plan makes of a clip. */
export function featuresKey(
  { pack, taps, pool, selection }: FeaturePlan,
  clipSha256: string,
  { windowSeconds }: { readonly windowSeconds: number },
): Promise<string> {
  const { channel, track, startSeconds = 0, endSeconds } = selection;
  return resultKey({
    clipSha256,
    packDigest: pack.packDigest,
    taps: JSON.stringify(taps),
    pool,
    selection: JSON.stringify([track, channel, startSeconds, endSeconds]),
    windowSeconds,
  });
}
