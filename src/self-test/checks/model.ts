/** Checks of the default model: that it computes, what of it stays in memory, and that the heap can grow as far as clips need. */

import type { EngineResult } from "../../model/engine/engine.ts";
import { exportedProgram } from "../../model/engine/exported/outputs.ts";
import { headTaps, type Taps } from "../../model/engine/taps/taps.ts";
import { SAMPLE_RATE_HZ } from "../../model/framing.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import type { EngineProbe } from "../../model/probe/engine-probe.ts";
import { probeSamples } from "../../model/probe/probe.ts";
import type { Platform } from "../../platform/platform.ts";
import { broken, type Finding, ok, slow } from "../check.ts";

const STATES: Taps = {
  hiddenStates: [],
  extractFeatures: false,
  lastHiddenState: true,
  layerSum: null,
  head: null,
};

/** Computes a quarter of a second with the default model. */
export async function computeDefault(
  { models }: Platform,
  signal: AbortSignal,
): Promise<{ readonly manifest: PackManifest; readonly result: EngineResult }> {
  const pack = await models.find();
  const engine = await models.engineOf(pack);
  const result = await engine.run(probeSamples(), tapsOf(pack.manifest), { signal });
  return { manifest: pack.manifest, result };
}

/** Ready exports may give what their head is for and nothing else. */
function tapsOf({ programs, heads: [head] }: PackManifest): Taps {
  const exported = exportedProgram({ programs });
  const hasStates = exported?.outputs.includes("last_hidden_state") ?? true;
  return hasStates || head === undefined ? STATES : headTaps(head);
}

/** Whether the default model gives numbers. */
export function checkModel(manifest: PackManifest, result: EngineResult): Finding {
  const { lastHiddenState, frames } = result;
  const hasNumbers = lastHiddenState?.data.every(Number.isFinite) ?? true;
  const synthetic = manifest.weights === "synthetic" ? ", SYNTHETIC weights" : "";
  const name = `${manifest.id} (${manifest.precision}${synthetic})`;
  return hasNumbers
    ? ok(`${name} computes ${frames} frames of a known clip`)
    : broken(`${name} gives what is no number`, "Install the pack again, or build it again.");
}

/** Which part of its weights is kept for the next clip. */
export function checkWeights(manifest: PackManifest, { memory }: EngineResult): Finding {
  if (exportedProgram(manifest) !== undefined) return ok("in the heap, with its session");
  // A head's are read when it is asked for, and it was not.
  const used = manifest.segments.filter(({ name }) => !name.startsWith("head."));
  const total = used.reduce((sum, { bytes }) => sum + bytes, 0);
  const { residentWeightBytes } = memory;
  const share = `${megabytes(residentWeightBytes)} of ${megabytes(total)} stay in memory between clips as short as this one`;
  return residentWeightBytes >= total
    ? ok(share)
    : slow(
        share,
        "The rest is read again for each clip. Raise MEMORY_BUDGET_MB where there is more memory, or use a smaller model.",
      );
}

/** Whether the heap may grow as far as the longest clip of the default model needs. */
export function checkHeap(
  { settings, inspection }: Platform,
  manifest: PackManifest,
  { heap }: EngineProbe,
): Finding {
  const { maxClipSeconds } = settings;
  const samples = maxClipSeconds * SAMPLE_RATE_HZ;
  const heapBytes = inspection.heapNeeds(manifest, samples, tapsOf(manifest));
  const now = `${megabytes(heap.bytes)} now, at most ${megabytes(heap.maxBytes)}; the longest clip (${maxClipSeconds} s) needs ${megabytes(heapBytes)}`;
  return heapBytes <= heap.maxBytes
    ? ok(now)
    : broken(now, "Raise MEMORY_BUDGET_MB, or lower MAX_CLIP_SECONDS or WINDOW_SECONDS.");
}

/** 10⁶ bytes, as MEMORY_BUDGET_MB counts. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
}
