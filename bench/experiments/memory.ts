/** Experiments with memory: the WASM heap never shrinks, so each length gets a fresh isolate. */

import type { Quantity, RowId } from "../rows.ts";
import { speechLikeClip } from "../speech-clip.ts";
import type { MemoryUse, Subject } from "../subjects/subject.ts";
import type { Workbench } from "../workbench.ts";
import type { Experiment } from "./experiment.ts";

/** Runs before the heap is read: a second clip finds memory that the first left fragmented. */
const RUNS = 2;

/** The base model's memory for a clip of 10 s. */
export const memoryOfTenSeconds = memoryRow("memory-10s", 10, (bench) => bench.service());

/** The base model's memory for a clip of 30 s. */
export const memoryOfThirtySeconds = memoryRow("memory-30s", 30, (bench) => bench.service());

/** The large model's memory for a clip of 10 s. */
export const memoryOfLargeModel: Experiment = {
  answers: ["memory-large"],
  async run(bench) {
    const measured = quantityOf(await peakMemory(await bench.largeService(), 10));
    return { findings: [{ row: "memory-large", measured }] };
  },
};

function memoryRow(
  row: RowId,
  clipSeconds: number,
  subject: (bench: Workbench) => Promise<Subject>,
): Experiment {
  return {
    answers: [row],
    async run(bench) {
      const measured = quantityOf(await peakMemory(await subject(bench), clipSeconds));
      const baseline = quantityOf(await peakMemory(await bench.baseline("all"), clipSeconds));
      return { findings: [{ row, measured, baseline }] };
    },
  };
}

/** The memory that clips of one length need, of a subject that has seen nothing else. */
export async function peakMemory(subject: Subject, clipSeconds: number): Promise<MemoryUse> {
  const clip = speechLikeClip(clipSeconds);
  await subject.restart();
  const uses: MemoryUse[] = [];
  for (let run = 0; run < RUNS; run++) {
    await subject.run(clip);
    uses.push(await subject.memory());
  }
  return uses.reduce((most, use) => (totalBytes(use) > totalBytes(most) ? use : most));
}

/** Heap and buffers together. */
export function totalBytes({ wasmHeapBytes, heldBufferBytes }: MemoryUse): number {
  return wasmHeapBytes + heldBufferBytes;
}

/** Memory in 10⁶ bytes, and its parts in words. */
export function quantityOf(use: MemoryUse): Quantity {
  const { wasmHeapBytes, heldBufferBytes } = use;
  const value = totalBytes(use) / 1e6;
  if (heldBufferBytes === 0) return { value };
  return {
    value,
    detail: `heap ${megabytes(wasmHeapBytes)}, buffers ${megabytes(heldBufferBytes)}`,
  };
}

/** 10⁶ bytes, with one digit. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
