/** An engine whose layers are computed by stages: it hands each the hidden states of the one before, and computes none itself. */
import { requireLength } from "../engine/clip-length.ts";
import type { Engine, EngineLimits } from "../engine/engine.ts";
import type { ComputationQueue } from "../engine/queue.ts";
import { planWindows, windowShape } from "../engine/windows/plan.ts";
import { frameCount } from "../framing.ts";
import type { InstalledPack } from "../pack/registry.ts";
import { createStageCaller, type Stages } from "./caller.ts";
import { computeStagedClip } from "./clip.ts";
import { requireStagesFit } from "./memory.ts";
import { planParts } from "./parts.ts";

/** Dependencies of an engine over stages; the queue is shared by all engines over the same ones. */
export interface StagedEngineParts {
  readonly pack: InstalledPack;
  readonly stages: Stages;
  readonly queue: ComputationQueue;
  /** The memory budget is that of each stage, and of the Worker in front. */
  readonly limits: EngineLimits;
}

/** There is nothing here to give up. */
const NO_WEIGHTS = { release() {} };

/**
 * Creates the engine of one pack. Beside what every engine throws its runs throw `stage-unreachable` once a clip has lost
 * stages twice, and `stage-mismatch` for stages of another version, place or pack.
 * @throws UndertoneError `pack-unsupported` for a pack that cannot be cut into so many parts
 */
export function createStagedEngine({ pack, stages, queue, limits }: StagedEngineParts): Engine {
  const { manifest } = pack;
  const { memoryBudgetBytes } = limits;
  const parts = planParts(manifest, stages.links.length);
  const shape = windowShape(limits.windowSeconds);
  return {
    ...pack,
    async run(samples, taps, { signal, report = () => {} } = {}) {
      requireLength(samples, taps);
      requireStagesFit(manifest, parts, samples.length, taps, { memoryBudgetBytes, shape });
      const frames = frameCount(samples.length);
      return queue.run(NO_WEIGHTS, signal, async () => {
        const caller = createStageCaller(pack, stages, signal);
        const windows = planWindows(frames, shape);
        const clip = { config: manifest.architecture, parts, caller, taps, report };
        const computed = await computeStagedClip(clip, samples, windows);
        return { ...computed, ...caller.totals(), frames, windows: windows.length };
      });
    },
  };
}
