/** Decoding clips of jobs: of a long one the samples are stored, and its windows are planned. */
import type { Spill } from "../../audio/clip/sample-parts.ts";
import type { PreparedClip } from "../../audio/prepare.ts";
import type { Engine } from "../../model/engine/engine.ts";
import { windowShape } from "../../model/engine/windows/plan.ts";
import { isHeard } from "../../model/engine/windows/quiet.ts";
import { PART_SAMPLES, type RecordingPlan, statisticsToJson, windowsOf } from "./plan.ts";
import { recordingQuiet, recordingStatistics, type SampleStore } from "./samples.ts";
import type { LongClips } from "./work.ts";

/** A decoded clip: ready to be computed, or a recording. */
export type DecodedClip =
  | { readonly kind: "clip"; readonly clip: PreparedClip }
  | { readonly kind: "recording"; readonly plan: RecordingPlan };

/** Decodes a clip; of one that is longer than a part the samples are stored, and never held whole. */
export async function decodeRecording(
  prepare: (spill: Spill) => Promise<PreparedClip>,
  engine: Engine,
  {
    longClips,
    windowSeconds,
    packDigest,
    skipsSilence,
  }: {
    readonly longClips: LongClips;
    readonly windowSeconds: number;
    /** As `RecordedWork` has it. */
    readonly packDigest: string;
    readonly skipsSilence: boolean;
  },
): Promise<DecodedClip> {
  let store: SampleStore | null = null;
  let spilled = 0;
  const keep = async (part: Float32Array<ArrayBuffer>) => {
    store ??= await longClips.begin();
    await store.append(part);
    spilled += part.length;
  };
  const clip = await prepare({ partSamples: PART_SAMPLES, take: keep });
  if (spilled === 0 || store === null) return { kind: "clip", clip };
  await keep(Float32Array.from(clip.samples));
  const { normalisation, statistics } = await recordingStatistics(store, engine.manifest);
  const length = { sampleCount: spilled, shape: windowShape(windowSeconds) };
  const heard = skipsSilence && heardNumbers(length, await recordingQuiet(store));
  const plan: RecordingPlan = {
    packDigest,
    audio: clip.info,
    ...length,
    ...(heard && { heard }),
    normalisation,
    statistics: statistics && statisticsToJson(statistics),
  };
  return { kind: "recording", plan };
}

function heardNumbers(
  length: Pick<RecordingPlan, "sampleCount" | "shape">,
  quiet: Uint8Array,
): number[] {
  return windowsOf(length).flatMap((window, number) => (isHeard(window, quiet) ? [number] : []));
}
