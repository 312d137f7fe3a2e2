/** An engine whose layers are computed by stages: it hands each the hidden states of the one before, and computes none itself. */
import { createLedger, type MemoryLedger } from "../../ledger.ts";
import { requireLength } from "../engine/clip-length.ts";
import type { Engine, EngineLimits } from "../engine/engine.ts";
import { takeBuffers } from "../engine/memory/room.ts";
import type { ComputationQueue } from "../engine/queue.ts";
import { planWindows } from "../engine/windows/plan.ts";
import { frameCount } from "../framing.ts";
import type { InstalledPack } from "../pack/registry.ts";
import { createStageCaller, type Stages } from "./caller.ts";
import { computeStagedClip } from "./clip.ts";
import { frontBytes, requireStagesFit, stagedLimits } from "./memory.ts";
import { planParts } from "./parts.ts";

/** Dependencies of an engine over stages; the queue is shared by all engines over the same ones. */
export interface StagedEngineParts {
  readonly pack: InstalledPack;
  readonly stages: Stages;
  readonly queue: ComputationQueue;
  /** Of the Worker in front. */
  readonly limits: EngineLimits;
  /** Of all memory of the Worker in front; one of its own if it is left out. */
  readonly ledger?: MemoryLedger;
}

/** There is nothing here to give up. */
const NO_WEIGHTS = { release() {} };

/**
 * Creates the engine of one pack. Beside what every engine throws its runs throw `stage-unreachable` once a clip has lost
 * stages twice, and `stage-mismatch` for stages of another version, place or pack.
 * @throws UndertoneError `pack-unsupported` for a pack that cannot be cut into so many parts
 */
export function createStagedEngine({
  pack,
  stages,
  queue,
  limits,
  ...own
}: StagedEngineParts): Engine {
  const { manifest } = pack;
  const { ledger = createLedger(limits.memoryBudgetBytes) } = own;
  const parts = planParts(manifest, stages.links.length);
  const budgets = stagedLimits(limits, stages.memoryBudgetBytes);
  return {
    ...pack,
    async run(samples, taps, { signal, report = () => {} } = {}) {
      requireLength(samples, taps);
      requireStagesFit(manifest, parts, samples.length, taps, budgets);
      const frames = frameCount(samples.length);
      return queue.run(NO_WEIGHTS, signal, async () => {
        const heldBytes = frontBytes(manifest, samples.length, taps, budgets.shape);
        const buffers = await takeBuffers(ledger, heldBytes, signal);
        try {
          const caller = createStageCaller(pack, stages, signal);
          const windows = planWindows(frames, budgets.shape);
          const clip = { config: manifest.architecture, parts, caller, taps, report };
          const computed = await computeStagedClip(clip, samples, windows);
          return { ...computed, ...caller.totals(), frames, windows: windows.length };
        } finally {
          buffers.release();
        }
      });
    },
  };
}
