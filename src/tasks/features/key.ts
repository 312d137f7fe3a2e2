/** Under which key the features of a clip are kept. */
import type { ClipSelection } from "../../audio/clip.ts";
import { resultKey } from "../../results/key.ts";
import type { FeaturePlan } from "./plan.ts";

/** The key of what a plan makes of a clip. */
export function featuresKey(
  { pack, taps, pool, skipsSilence, selection }: FeaturePlan,
  clipSha256: string,
  { windowSeconds }: { readonly windowSeconds: number },
): Promise<string> {
  return resultKey({
    clipSha256,
    packDigest: pack.packDigest,
    taps: JSON.stringify(taps),
    made: skipsSilence ? `${pool} without silence` : pool,
    selection: selectionKey(selection),
    windowSeconds,
  });
}

/** The part of a clip as text, written in one way only. */
export function selectionKey({
  channel,
  track,
  startSeconds = 0,
  endSeconds,
}: ClipSelection): string {
  return JSON.stringify([track, channel, startSeconds, endSeconds]);
}
