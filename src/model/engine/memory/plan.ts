/** Memory needed by a clip. Long because each term carries its reason. */
import { UndertoneError } from "../../../errors.ts";
import { frameCount, SAMPLE_RATE_HZ } from "../../framing.ts";
import { logitsSize } from "../../heads/head.ts";
import type { PackManifest } from "../../pack/manifest.ts";
import { blockBiasBytes, POSITION_BIASES } from "../block-biases.ts";
import { LARGEST_BLOCK } from "../blocks.ts";
import type { EngineLimits } from "../engine.ts";
import { exportedNeeds } from "../exported/needs.ts";
import { exportedProgram } from "../exported/outputs.ts";
import { countTaps, type Taps } from "../taps/taps.ts";
import { featuresOf } from "../windows/head-states.ts";
import { largestWindow, type WindowShape, windowShape } from "../windows/plan.ts";
import { heapBytesOf, ortHeapBytes } from "./heap-need.ts";

/** Upper bounds of the memory that one run needs. */
export interface MemoryNeeds {
  /** Of the WASM heap. */
  readonly heapBytes: number;
  /** Samples, hidden states and what is tapped, outside the heap. */
  readonly bufferBytes: number;
  /** Of the largest segment's weights: at least these have to be held while they run. */
  readonly weightBytes: number;
}

const FLOAT32_BYTES = 4;

/** Estimates what `sampleCount` samples need when they are computed in windows of `shape`, or by a ready export as a whole. */
export function memoryNeeds(
  manifest: PackManifest,
  sampleCount: number,
  taps: Taps,
  shape: WindowShape,
): MemoryNeeds {
  if (exportedProgram(manifest) !== undefined) {
    const { heapBytes, ...needs } = exportedNeeds(manifest, sampleCount);
    return { ...needs, heapBytes: ortHeapBytes(heapBytes) };
  }
  const { hiddenSize } = manifest.architecture;
  const frames = frameCount(sampleCount);
  const windowFrames = largestWindow(frames, shape);
  const rowBytes = hiddenSize * FLOAT32_BYTES;
  // The rows that a layer computes in place, keys and values, and the block of results being copied.
  const rows = 3 * windowFrames * rowBytes + LARGEST_BLOCK * rowBytes;
  const layerBuffers = rows + biasBytes(manifest, windowFrames);
  const samples = 2 * sampleCount * FLOAT32_BYTES;
  return {
    heapBytes: heapBytesOf(manifest, windowFrames),
    bufferBytes:
      samples +
      Math.max(layerBuffers, headBuffers(taps, windowFrames)) +
      keptBytes(taps, { frames, windowFrames, rowBytes }),
    weightBytes: Math.max(...manifest.segments.map(({ bytes }) => bytes)),
  };
}

function biasBytes({ programs, architecture }: PackManifest, frames: number): number {
  const areTaken = programs.some(({ inputs }) => inputs.includes(POSITION_BIASES));
  return areTaken ? blockBiasBytes(architecture.headCount, frames) : 0;
}

/** What is tapped of the whole clip; of a head, the states of one window, and logits of all. */
function keptBytes(
  taps: Taps,
  sizes: { readonly frames: number; readonly windowFrames: number; readonly rowBytes: number },
): number {
  const { frames, windowFrames, rowBytes } = sizes;
  const { head } = taps;
  if (head === null) return countTaps(taps) * frames * rowBytes;
  const { rows, columns } = logitsSize(head, frames);
  // Logits of windows, and of all of them joined.
  const logits = 3 * rows * columns * FLOAT32_BYTES;
  return windowFrames * rowBytes + countTaps(featuresOf(taps)) * frames * rowBytes + logits;
}

/** A time-delay layer's input and output, of a window: by then the layers' buffers are free. */
function headBuffers({ head }: Taps, frames: number): number {
  if (head?.kind !== "xvector") return 0;
  const widths = [head.projectionSize, ...head.tdnn.map(({ size }) => size)];
  const pairs = widths.slice(1).map((width, index) => width + widths[index]);
  return frames * Math.max(...pairs) * FLOAT32_BYTES;
}

/**
 * Checks that a clip fits into the budget before anything is computed; gives what it needs.
 * @throws UndertoneError `clip-exceeds-memory` with the seconds that would fit.
 */
export function requireFit(
  manifest: PackManifest,
  sampleCount: number,
  taps: Taps,
  limits: { readonly memoryBudgetBytes: number; readonly shape: WindowShape },
): MemoryNeeds {
  const needsOf = (count: number) => memoryNeeds(manifest, count, taps, limits.shape);
  requireFitting(sampleCount, (count) => fitsBudget(needsOf(count), limits.memoryBudgetBytes));
  return needsOf(sampleCount);
}

/**
 * What a clip needs of the heap that grows most for it.
 * @throws UndertoneError `clip-exceeds-memory` if it does not fit.
 */
export type HeapNeeds = (manifest: PackManifest, sampleCount: number, taps: Taps) => number;

/** That of an engine that computes the whole model on one heap. */
export function heapNeedsWithin({ memoryBudgetBytes, windowSeconds }: EngineLimits): HeapNeeds {
  const shape = windowShape(windowSeconds);
  return (manifest, sampleCount, taps) =>
    requireFit(manifest, sampleCount, taps, { memoryBudgetBytes, shape }).heapBytes;
}

/** True if a budget has room for what is needed, with the largest segment's weights. */
export function fitsBudget(
  { heapBytes, bufferBytes, weightBytes }: MemoryNeeds,
  budgetBytes: number,
): boolean {
  return heapBytes + bufferBytes + weightBytes <= budgetBytes;
}

/**
 * Checks that `sampleCount` samples fit.
 * @throws UndertoneError `clip-exceeds-memory` with the seconds that would fit.
 */
export function requireFitting(sampleCount: number, fits: (sampleCount: number) => boolean): void {
  if (fits(sampleCount)) return;
  const maxSeconds = largestFit(sampleCount, fits) / SAMPLE_RATE_HZ;
  const advice =
    maxSeconds > 0
      ? `${maxSeconds} s fit. Send the clip in shorter parts, or ask for fewer layers.`
      : "no clip fits. Ask for another model, or have the service's MEMORY_BUDGET_MB raised.";
  throw new UndertoneError(
    "clip-exceeds-memory",
    `The clip needs more memory than this instance has: with this model and these layers, ${advice}`,
    { maxSeconds },
  );
}

/** The largest number of samples, in whole tenths of a second, that fits; 0 if none does. */
function largestFit(tooMany: number, fits: (sampleCount: number) => boolean): number {
  const step = SAMPLE_RATE_HZ / 10;
  let fitting = 0;
  let failing = Math.ceil(tooMany / step);
  while (failing - fitting > 1) {
    const middle = Math.floor((fitting + failing) / 2);
    if (fits(middle * step)) fitting = middle;
    else failing = middle;
  }
  return fitting * step;
}
