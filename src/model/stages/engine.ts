/** An engine whose layers are computed by stages: it hands each the hidden states of the one before, and computes none itself. */
import { createLedger, type MemoryLedger } from "../../ledger.ts";
import { requireLength } from "../engine/clip-length.ts";
import type { Engine, EngineLimits, RunOptions } from "../engine/engine.ts";
import { preparePart } from "../engine/frontend.ts";
import { takeBuffers } from "../engine/memory/room.ts";
import type { ComputationQueue } from "../engine/queue.ts";
import type { Taps } from "../engine/taps/taps.ts";
import { planWindows } from "../engine/windows/plan.ts";
import { extentOf, heardWindows } from "../engine/windows/quiet.ts";
import { frameCount, RECEPTIVE_FIELD_SAMPLES } from "../framing.ts";
import type { InstalledPack } from "../pack/registry.ts";
import { createStageCaller, type Stages } from "./caller.ts";
import { computeStagedClip, computeStagedPart, joinStagedHeads, type StagedClip } from "./clip.ts";
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
  /** Does what `work` says in its turn, once there is memory for so many samples and what is asked of them. */
  const inTurn = <Result>(
    sampleCount: number,
    taps: Taps,
    { signal, report = () => {} }: RunOptions,
    work: (clip: StagedClip) => Promise<Result>,
  ): Promise<Result> => {
    const askedMs = performance.now();
    return queue.run(NO_WEIGHTS, signal, async () => {
      const heldBytes = frontBytes(manifest, sampleCount, taps, budgets.shape);
      const buffers = await takeBuffers(ledger, heldBytes, signal);
      try {
        const queueMs = performance.now() - askedMs;
        const caller = createStageCaller(pack, stages, signal, queueMs);
        return await work({ config: manifest.architecture, parts, caller, taps, report });
      } finally {
        buffers.release();
      }
    });
  };

  return {
    ...pack,
    async run(samples, taps, options = {}) {
      requireLength(samples, taps);
      requireStagesFit(manifest, parts, samples.length, taps, budgets);
      const clipFrames = frameCount(samples.length);
      return inTurn(samples.length, taps, options, async (clip) => {
        const windows = heardWindows(planWindows(clipFrames, budgets.shape), options.quiet);
        const computed = await computeStagedClip(clip, samples, windows);
        const extent = extentOf(windows, clipFrames);
        const frames = extent.windowFrames.reduce((sum, count) => sum + count, 0);
        const totals = clip.caller.totals();
        return { ...computed, ...totals, ...extent, frames, windows: windows.length };
      });
    },
    async runWindow({ samples, statistics, window }, taps, options = {}) {
      requireStagesFit(manifest, parts, samples.length, taps, budgets);
      const input = preparePart(samples, window.first, statistics);
      return inTurn(samples.length, taps, options, async (clip) => ({
        ...(await computeStagedPart(clip, input, window)),
        ...clip.caller.totals(),
      }));
    },
    joinHeads: (heads, taps, options = {}) =>
      inTurn(RECEPTIVE_FIELD_SAMPLES, taps, options, (clip) => joinStagedHeads(clip, heads)),
  };
}
