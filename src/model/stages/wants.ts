/** What is wanted of each stage for the taps of a clip. */
import { positionBuckets, type WavLMConfig } from "../config.ts";
import { depthOf, isNormed, type Taps } from "../engine/taps/taps.ts";
import { isLastPart, type StagePart } from "./parts.ts";
import type { WindowOrder } from "./protocol/messages.ts";

type Wants = WindowOrder["wants"];

/** What a part has to send: what is tapped of it, and what the next part starts with. Null if it is not needed. */
export function wantsOf(part: StagePart, taps: Taps, config: WavLMConfig): Wants | null {
  const depth = depthOf({ taps, config });
  const isFirst = part.firstLayer === 0;
  if (!isFirst && depth <= part.firstLayer) return null;
  const goesOn = depth > part.endLayer;
  const first = isFirst ? 0 : part.firstLayer + 1;
  const last = Math.min(depth, part.endLayer);
  const isEnd = isLastPart(part) && isNormed(taps);
  // In post-norm models the last layer's output is the last hidden state.
  const endsPostNorm = isEnd && config.layerNormPlacement === "post";
  const hiddenStates: number[] = [];
  for (let index = first; index <= last; index++) {
    const isTapped = taps.hiddenStates.includes(index) || taps.layerSum !== null;
    if (isTapped || (index === last && (goesOn || endsPostNorm))) hiddenStates.push(index);
  }
  return {
    hiddenStates,
    extractFeatures: isFirst && taps.extractFeatures,
    positionTable: isFirst && goesOn && positionBuckets(config) !== null,
    lastHiddenState: isEnd && config.layerNormPlacement === "stable",
  };
}
