/** The voices of recordings: computed window by window, beside what the head makes of each. */

import type { Engine, WindowInput } from "../../model/engine/engine.ts";
import type { Taps } from "../../model/engine/taps/taps.ts";
import { HOP_SAMPLES } from "../../model/framing.ts";
import { type HeadPart, speakersInOrder } from "../../model/heads/parts.ts";
import { MOST_VOICES, type WindowVoices } from "../../model/heads/speakers/match-windows.ts";
import type { XVectors } from "../../model/pack/xvectors.ts";
import { type VoiceRun, type Voices, voicesOfWindow } from "../../tasks/voices.ts";
import { computedNumbers, type RecordingPlan } from "./plan.ts";

/** How the voices of a recording are computed. */
export interface RecordedVoices extends Pick<VoiceRun, "threshold"> {
  readonly xvectors: XVectors;
}

/** What computes a recording: its pack, and the x-vector pack where voices are computed, too. */
export function digestOf(
  { packDigest }: Pick<Engine, "packDigest">,
  voices: RecordedVoices | null,
): string {
  return voices === null ? packDigest : `${packDigest}+${voices.xvectors.engine.packDigest}`;
}

/**
 * The voices of a window, by label as the head has given them.
 * @throws UndertoneError what `voicesOfWindow` throws.
 */
export async function voicesOfPart(
  part: HeadPart | null,
  { samples, window }: Pick<WindowInput, "samples" | "window">,
  { xvectors, threshold }: RecordedVoices,
  run: Pick<VoiceRun, "signal" | "report">,
): Promise<WindowVoices | null> {
  if (part?.kind !== "logits") return null;
  const { columns, data } = part.logits;
  const { keepFirst, keepCount } = part;
  const kept = data.subarray(keepFirst * columns, (keepFirst + keepCount) * columns);
  const own = {
    logits: { rows: keepCount, columns, data: kept },
    samples: samples.subarray((window.keepFirst - window.first) * HOP_SAMPLES),
  };
  return voicesOfWindow(own, xvectors, { ...run, threshold });
}

/** Bytes that the voices of a recording take, and their cosines while they are clustered. */
export function voicesBytes(
  voices: RecordedVoices | null,
  { head }: Taps,
  plan: RecordingPlan,
): number {
  if (voices === null || head?.kind !== "frame-classification") return 0;
  const count = computedNumbers(plan).length * head.labels.length;
  const cosines = count > MOST_VOICES ? 0 : count ** 2;
  const embeddings = 2 * count * voices.xvectors.head.embeddingSize;
  return (cosines + embeddings) * Float32Array.BYTES_PER_ELEMENT;
}

/** The voices of all windows, in the order that overlap puts the labels of each into. */
export function joinedVoices(
  parts: readonly HeadPart[],
  ofWindows: readonly (WindowVoices | null)[],
  { xvectors }: RecordedVoices,
): Voices {
  const ordered = speakersInOrder(parts).map(({ order }, window) =>
    order.map((label) => ofWindows[window]?.[label] ?? null),
  );
  return { cosine: xvectors.cosine, ofWindows: ordered };
}
