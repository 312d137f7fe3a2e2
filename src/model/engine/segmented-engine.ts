/** The engine of a pack built of weights: runs it segment by segment and keeps the hidden states asked for. */
import { breathe } from "../../breathe.ts";
import { frameCount } from "../framing.ts";
import { requireLength } from "./clip-length.ts";
import type { Engine, EngineParts } from "./engine.ts";
import { memoryNeeds, requireFit, weightAllowanceBytes } from "./memory/plan.ts";
import { weightResidency } from "./memory/residency.ts";
import { programSessions } from "./programs.ts";
import { computeClip } from "./run.ts";
import { createStopwatch } from "./stopwatch.ts";
import { requestAborted } from "./turns.ts";
import { planWindows, windowShape } from "./windows/plan.ts";

/** Creates the engine of a pack built of weights; nothing is read before it runs. */
export function createSegmentedEngine(parts: EngineParts): Engine {
  const { manifest, packDigest, backend, readBlob, queue, limits } = parts;
  const config = manifest.architecture;
  const { memoryBudgetBytes } = limits;
  const shape = windowShape(limits.windowSeconds);
  const residency = weightResidency(manifest, readBlob);
  const programs = programSessions(manifest, readBlob, backend);

  return {
    manifest,
    packDigest,
    async run(samples, taps, { signal, report = () => {} } = {}) {
      requireLength(samples, taps);
      const frames = frameCount(samples.length);
      const windows = planWindows(frames, shape);
      requireFit(manifest, samples.length, taps, { memoryBudgetBytes, shape });
      return queue.run(residency, signal, async () => {
        const needs = memoryNeeds(manifest, samples.length, taps, shape);
        residency.allow(weightAllowanceBytes(needs, backend.heapBytes(), memoryBudgetBytes));
        backend.takeUsed?.();
        const stopwatch = createStopwatch();
        const context = {
          ...{ config, programs, residency, stopwatch, taps, report },
          breathe: () => letEventLoopRun(signal),
        };
        const collected = await computeClip(context, samples, windows);
        const memory = {
          wasmHeapBytes: backend.heapBytes(),
          heldBufferBytes: residency.peakBytes() + needs.bufferBytes,
        };
        return {
          ...collected,
          frames,
          windows: windows.length,
          backend: (backend.takeUsed?.() ?? [backend.name]).join("+"),
          timings: stopwatch.totals,
          memory,
        };
      });
    },
  };
}

/** Lets other requests be answered between blocks, and notices a client that went away. */
async function letEventLoopRun(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  if (signal?.aborted) throw requestAborted();
}
