/** What a clip needs of memory, and what is left of the budget for weights. */
import { UndertoneError } from "../errors.ts";
import type { Taps } from "./layers.ts";
import { countTaps } from "./layers.ts";
import type { PackManifest } from "./pack.ts";

/** What one run needs; estimates from above. */
export interface MemoryNeeds {
  readonly heapBytes: number;
  /** Samples, hidden states and what is tapped, outside the heap. */
  readonly bufferBytes: number;
  readonly largestSegmentBytes: number;
}

export function memoryNeeds(
  manifest: PackManifest,
  sampleCount: number,
  windowFrames: number,
  taps: Taps,
): MemoryNeeds {
  const { hiddenSize } = manifest.architecture;
  const frames = sampleCount / 320;
  const largestSegmentBytes = Math.max(...manifest.segments.map((s) => s.bytes));
  return {
    heapBytes: 40e6,
    bufferBytes:
      sampleCount * 8 +
      frames * hiddenSize * 4 * countTaps(taps) +
      windowFrames * hiddenSize * 4 * 5,
    largestSegmentBytes,
  };
}

export function weightAllowanceBytes(
  needs: MemoryNeeds,
  heapBytes: number,
  budgetBytes: number,
): number {
  return budgetBytes - Math.max(needs.heapBytes, heapBytes) - needs.bufferBytes;
}

export function requireFit(needs: MemoryNeeds, budgetBytes: number): void {
  const allowance = weightAllowanceBytes(needs, 0, budgetBytes);
  if (allowance < needs.largestSegmentBytes)
    throw new UndertoneError("clip-exceeds-memory" as any, "x");
}
