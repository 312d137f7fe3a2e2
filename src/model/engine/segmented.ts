/** Computes clips with a pack built of weights: segment by segment, in windows where a clip is long. */
import { frameCount } from "../framing.ts";
import type { Computation } from "./computation.ts";
import type { EngineParts } from "./engine.ts";
import { preparePart } from "./frontend.ts";
import { weightResidency } from "./memory/residency.ts";
import { computeClip, computePart, joinHeads } from "./run.ts";
import { planWindows, windowShape } from "./windows/plan.ts";
import { extentOf, heardWindows } from "./windows/quiet.ts";

/** Prepares the computation of a pack built of weights; nothing is read before it runs. */
export function segmentedComputation({ manifest, readBlob, limits }: EngineParts): Computation {
  const config = manifest.architecture;
  const residency = weightResidency(manifest, readBlob);
  const shape = windowShape(limits.windowSeconds);
  return {
    weights: residency,
    async compute(run, samples, quiet) {
      const frames = frameCount(samples.length);
      const windows = heardWindows(planWindows(frames, shape), quiet);
      const computed = await computeClip({ ...run, config, residency }, samples, windows);
      return { ...computed, ...extentOf(windows, frames) };
    },
    computeWindow(run, { samples, statistics, window }) {
      const input = preparePart(samples, window.first, statistics);
      return computePart({ ...run, config, residency }, input, window);
    },
    joinHeads: (run, parts) => joinHeads({ ...run, config, residency }, parts),
  };
}
