/** Memory that stages and the Worker in front of them need of a clip. */
import {
  fitsBudget,
  type MemoryNeeds,
  memoryNeeds,
  requireFitting,
} from "../engine/memory/plan.ts";
import { countTaps, type Taps } from "../engine/taps/taps.ts";
import { planWindows, type WindowShape } from "../engine/windows/plan.ts";
import { frameCount, HOP_SAMPLES, RECEPTIVE_FIELD_SAMPLES } from "../framing.ts";
import type { PackManifest } from "../pack/manifest.ts";
import { isLastPart, type StagePart } from "./parts.ts";

const FLOAT32_BYTES = 4;

/** A stage holds three matrices beside those of its layers: what it was sent, what it sends, and the frame being sent. */
const STAGE_TAPS: Taps = {
  hiddenStates: [0, 1],
  lastHiddenState: true,
  extractFeatures: false,
  layerSum: null,
  head: null,
};

/** Estimates from above what a stage needs to compute `frames` frames as one window. */
export function windowNeeds(manifest: PackManifest, part: StagePart, frames: number): MemoryNeeds {
  return memoryNeeds(ofPart(manifest, part), samplesOf(frames), STAGE_TAPS, asOneWindow(frames));
}

/** The same of a head over a whole clip of `frames` frames. */
export function headNeeds(
  manifest: PackManifest,
  part: StagePart,
  frames: number,
  shape: WindowShape,
): MemoryNeeds {
  const head = manifest.heads[0] ?? null;
  return memoryNeeds(ofPart(manifest, part), samplesOf(frames), { ...STAGE_TAPS, head }, shape);
}

/**
 * Checks that a clip fits into every stage, and what is asked for into the Worker in front of them.
 * @throws UndertoneError `clip-exceeds-memory` with the seconds that would fit.
 */
export function requireStagesFit(
  manifest: PackManifest,
  parts: readonly StagePart[],
  sampleCount: number,
  taps: Taps,
  limits: { readonly memoryBudgetBytes: number; readonly shape: WindowShape },
): void {
  const { memoryBudgetBytes, shape } = limits;
  const rowBytes = manifest.architecture.hiddenSize * FLOAT32_BYTES;
  requireFitting(sampleCount, (count) => {
    const frames = frameCount(count);
    const windowFrames = planWindows(frames, shape)[0].count;
    // Beside the taps: a state on its way from one stage to the next, and its message.
    const rows = countTaps(taps) * frames + 2 * windowFrames;
    if (2 * count * FLOAT32_BYTES + rows * rowBytes > memoryBudgetBytes) return false;
    return parts.every((part) => {
      const isHeld = fitsBudget(windowNeeds(manifest, part, windowFrames), memoryBudgetBytes);
      if (taps.head === null || !isLastPart(part)) return isHeld;
      return isHeld && fitsBudget(headNeeds(manifest, part, frames, shape), memoryBudgetBytes);
    });
  });
}

/** A manifest with the segments of one part only. */
export function ofPart(manifest: PackManifest, { segments }: StagePart): PackManifest {
  return { ...manifest, segments };
}

/** The fewest samples that have so many frames. */
export function samplesOf(frames: number): number {
  return (frames - 1) * HOP_SAMPLES + RECEPTIVE_FIELD_SAMPLES;
}

function asOneWindow(frames: number): WindowShape {
  return { windowFrames: frames, contextFrames: 0 };
}
