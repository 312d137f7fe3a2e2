/** Memory that stages and the Worker in front of them need of a clip. */
import type { EngineLimits } from "../engine/engine.ts";
import {
  fitsBudget,
  type HeapNeeds,
  type MemoryNeeds,
  memoryNeeds,
  requireFitting,
} from "../engine/memory/plan.ts";
import { countTaps, type Taps } from "../engine/taps/taps.ts";
import { featuresOf } from "../engine/windows/head-states.ts";
import { largestWindow, type WindowShape, windowShape } from "../engine/windows/plan.ts";
import { frameCount, samplesFor } from "../framing.ts";
import { logitsSize } from "../heads/head.ts";
import type { PackManifest } from "../pack/manifest.ts";
import { isLastPart, planParts, type StagePart } from "./parts.ts";

const FLOAT32_BYTES = 4;

/** A stage holds two matrices beside those of its layers: what it was sent, and the frame being sent. */
const STAGE_TAPS: Taps = {
  hiddenStates: [0],
  lastHiddenState: true,
  extractFeatures: false,
  layerSum: null,
  head: null,
};

/** Estimates from above what a stage needs to compute `frames` frames as one window. */
export function windowNeeds(manifest: PackManifest, part: StagePart, frames: number): MemoryNeeds {
  return memoryNeeds(ofPart(manifest, part), samplesFor(frames), STAGE_TAPS, asOneWindow(frames));
}

/** The same of a head over the `frames` frames of a window. */
export function headNeeds(manifest: PackManifest, part: StagePart, frames: number): MemoryNeeds {
  const taps = { ...STAGE_TAPS, head: manifest.heads[0] ?? null };
  return memoryNeeds(ofPart(manifest, part), samplesFor(frames), taps, asOneWindow(frames));
}

/** Memory budgets of the Worker in front and of each stage, and the windows that clips are computed in. */
export interface StagedLimits {
  readonly frontBudgetBytes: number;
  readonly stageBudgetBytes: number;
  readonly shape: WindowShape;
}

/** Those of an engine whose stages have `stageBudgetBytes` each. */
export function stagedLimits(front: EngineLimits, stageBudgetBytes: number): StagedLimits {
  return {
    frontBudgetBytes: front.memoryBudgetBytes,
    stageBudgetBytes,
    shape: windowShape(front.windowSeconds),
  };
}

/** Estimates from above what the Worker in front of the stages holds of a clip while they compute it. */
export function frontBytes(
  { architecture }: PackManifest,
  sampleCount: number,
  taps: Taps,
  shape: WindowShape,
): number {
  const frames = frameCount(sampleCount);
  const windowFrames = largestWindow(frames, shape);
  // Beside the taps: a state on its way from one stage to the next, its message, and the states that a head takes.
  const ofWindow = (taps.head === null ? 2 : 3) * windowFrames;
  const rows = countTaps(featuresOf(taps)) * frames + ofWindow;
  const logits = taps.head === null ? { rows: 0, columns: 0 } : logitsSize(taps.head, frames);
  const numbers = 2 * sampleCount + rows * architecture.hiddenSize;
  return (numbers + 3 * logits.rows * logits.columns) * FLOAT32_BYTES;
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
  { frontBudgetBytes, stageBudgetBytes, shape }: StagedLimits,
): void {
  requireFitting(sampleCount, (count) => {
    if (frontBytes(manifest, count, taps, shape) > frontBudgetBytes) return false;
    const frames = frameCount(count);
    const windowFrames = largestWindow(frames, shape);
    return parts.every((part) => {
      const isHeld = fitsBudget(windowNeeds(manifest, part, windowFrames), stageBudgetBytes);
      if (taps.head === null || !isLastPart(part)) return isHeld;
      return isHeld && fitsBudget(headNeeds(manifest, part, windowFrames), stageBudgetBytes);
    });
  });
}

/** What a clip needs of the heap of the stage whose heap grows most for it. */
export function stagedHeapNeeds(stages: number, limits: StagedLimits): HeapNeeds {
  return (manifest, sampleCount, taps) => {
    const parts = planParts(manifest, stages);
    requireStagesFit(manifest, parts, sampleCount, taps, limits);
    const windowFrames = largestWindow(frameCount(sampleCount), limits.shape);
    return Math.max(...parts.map((part) => windowNeeds(manifest, part, windowFrames).heapBytes));
  };
}

/** A manifest with the segments of one part only. */
export function ofPart(manifest: PackManifest, { segments }: StagePart): PackManifest {
  return { ...manifest, segments };
}

function asOneWindow(frames: number): WindowShape {
  return { windowFrames: frames, contextFrames: 0 };
}
