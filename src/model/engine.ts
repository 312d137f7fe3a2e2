/** Runs a pack segment by segment and keeps the hidden states asked for. */
import { breathe } from "../breathe.ts";
import type { Backend } from "./backend/backend.ts";
import type { BlobReader } from "./blobs.ts";
import { requireLength } from "./clip-length.ts";
import type { ComputationQueue } from "./computation-queue.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { createExportedEngine } from "./exported/exported-engine.ts";
import { exportedProgram } from "./exported/outputs.ts";
import { frameCount } from "./frontend.ts";
import type { Taps } from "./layers.ts";
import { memoryNeeds, requireFit, weightAllowanceBytes } from "./memory-plan.ts";
import type { PackManifest } from "./pack.ts";
import { programSessions } from "./programs.ts";
import { weightResidency } from "./residency.ts";
import { type Computed, computeClip, type LayerReport } from "./run.ts";
import { createStopwatch, type EngineTimings } from "./stopwatch.ts";
import { requestAborted } from "./turns.ts";
import { planWindows, windowShape } from "./window-plan.ts";

/** What a run computed and what it cost. */
export interface EngineResult extends Computed {
  readonly frames: number;
  /** How many windows the clip was computed in; 1 means exactly, as a whole. */
  readonly windows: number;
  /** What computed it, such as `wasm`; `webgpu+wasm` if both did, as where a device was lost. */
  readonly backend: string;
  readonly timings: EngineTimings;
  readonly memory: EngineMemory;
}

/** A model ready to run. */
export interface Engine {
  readonly manifest: PackManifest;
  /** SHA-256 of the manifest's bytes, in hexadecimal. */
  readonly packDigest: string;
  /**
   * Computes hidden states of mono 16 kHz samples (full scale ±1, already normalised if the pack wants it) and stops
   * after the last segment that `taps` needs.
   * @throws UndertoneError `clip-too-short` under 400 samples, or those that the head needs; `clip-exceeds-memory` naming the seconds that fit;
   *   `output-unavailable` for what a ready export does not give; `overloaded` if too many wait already; `request-aborted` once `signal` is aborted; `pack-damaged` if a blob stays
   *   damaged after one refetch; `model-memory-exhausted` if the heap cannot grow.
   */
  run(samples: Float32Array, taps: Taps, options?: RunOptions): Promise<EngineResult>;
}

/** How a run is stopped and watched. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: LayerReport | undefined;
}

/** What all engines on one heap share. */
export interface EngineLimits {
  /** Of the heap, the weights outside it and the buffers of a run together. */
  readonly memoryBudgetBytes: number;
  /** Computations that may wait while one runs. */
  readonly maxQueue: number;
  /** Longer clips are computed in overlapping windows of this length. */
  readonly windowSeconds: number;
}

/** What an engine runs on; the queue is shared by all engines of one heap. */
export interface EngineParts {
  readonly manifest: PackManifest;
  readonly packDigest: string;
  readonly backend: Backend;
  readonly readBlob: BlobReader;
  readonly queue: ComputationQueue;
  readonly limits: EngineLimits;
}

/** Creates the engine of one pack; nothing is read before it runs. */
export function createEngine(parts: EngineParts): Engine {
  if (exportedProgram(parts.manifest) !== undefined) return createExportedEngine(parts);
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
