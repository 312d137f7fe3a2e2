/** The samples of recordings, stored in parts. */
import {
  type Normalisation,
  normalisationOf,
  normalised,
  sampleMeter,
  varianceMeter,
} from "../../audio/clip/normalise.ts";
import { quietMeter } from "../../audio/clip/quiet.ts";
import { bytesOf, floatsOf, freeMemory } from "../../bytes.ts";
import { UndertoneError } from "../../errors.ts";
import { centred, meanMeter } from "../../model/engine/moments.ts";
import {
  type ClipStatistics,
  frontendMoments,
  needsStatistics,
} from "../../model/engine/statistics.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { getInto, type ReusedMemory, reusedPiece } from "../../reused-memory.ts";
import { deleteBelow } from "../../store/delete-all.ts";
import type { WalkableStore } from "../../store/store.ts";
import { PART_SAMPLES } from "./plan.ts";

/** The stored samples of one recording. */
export interface SampleStore {
  /** Stores the next part. */
  append(part: Float32Array<ArrayBuffer>): Promise<void>;
  /** All samples, part by part; each may be gone once the next one is asked for. */
  parts(): AsyncIterable<Float32Array>;
}

/** The samples that one try of a job has decoded: each try has a folder of its own. */
export interface SamplesPlace {
  readonly jobId: string;
  /** Left out for those of all tries. */
  readonly folder?: string;
}

/** Where parts are kept until the job is over. */
function samplesFolder({ jobId, folder }: SamplesPlace): string {
  return folder === undefined ? `samples/${jobId}/` : `samples/${jobId}/${folder}/`;
}

/** Begins with no part. */
export function storedSamples(files: WalkableStore, place: Required<SamplesPlace>): SampleStore {
  let count = 0;
  return {
    async append(part) {
      await files.put(partKey(place, count), bytesOf(part));
      count++;
    },
    async *parts() {
      const memory = reusedPiece();
      for (let index = 0; index < count; index++) {
        yield await readPart(files, place, index, memory);
        memory.done();
      }
    },
  };
}

/**
 * Samples `start` to before `end` of a stored recording.
 * @throws UndertoneError `clip-gone` if they are stored no more.
 */
export async function readSamples(
  files: WalkableStore,
  place: Required<SamplesPlace>,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Float32Array> {
  const samples = new Float32Array(end - start);
  const memory = reusedPiece();
  for (let at = start; at < end; ) {
    const index = Math.floor(at / PART_SAMPLES);
    const from = at - index * PART_SAMPLES;
    const part = await readPart(files, place, index, memory);
    const piece = part.subarray(from, from + end - at);
    if (piece.length === 0) throw samplesGone();
    samples.set(piece, at - start);
    memory.done();
    at += piece.length;
  }
  return samples;
}

/** Where a recording is silent, by 20 ms: in one more pass over its parts. */
export async function recordingQuiet(samples: Pick<SampleStore, "parts">): Promise<Uint8Array> {
  const meter = quietMeter();
  for await (const part of samples.parts()) meter.add(part);
  return meter.frames();
}

/** Deletes all parts of a try, or of all tries of a job. */
export async function deleteSamples(files: WalkableStore, place: SamplesPlace): Promise<void> {
  await deleteBelow(files, samplesFolder(place));
}

/**
 * What the windows of a recording have to know of all of it, in passes over its parts: with the same sums in the same order as
 * of a clip that is held whole, and so the same bits.
 */
export async function recordingStatistics(
  samples: Pick<SampleStore, "parts">,
  { preprocessing, architecture }: Pick<PackManifest, "preprocessing" | "architecture">,
): Promise<{
  readonly normalisation: Normalisation | null;
  readonly statistics: ClipStatistics | null;
}> {
  const over = async <Meter extends { add(part: Float32Array): void }>(
    meter: Meter,
    prepare: (part: Float32Array) => Float32Array = (part) => part,
  ): Promise<Meter> => {
    for await (const part of samples.parts()) {
      const prepared = prepare(part);
      meter.add(prepared);
      if (prepared !== part) freeMemory(prepared);
    }
    return meter;
  };
  let normalisation: Normalisation | null = null;
  if (preprocessing.doNormalize) {
    const mean = (await over(sampleMeter())).mean();
    normalisation = normalisationOf(mean, (await over(varianceMeter(mean))).mean());
  }
  if (!needsStatistics(architecture)) return { normalisation, statistics: null };
  const taken = (part: Float32Array) =>
    normalisation === null ? part : normalised(part, normalisation);
  const mean = (await over(meanMeter(), taken)).mean();
  const moments = await over(frontendMoments(architecture), (part) => centred(taken(part), mean));
  return { normalisation, statistics: { mean, moments: moments.moments() } };
}

async function readPart(
  files: WalkableStore,
  place: SamplesPlace,
  index: number,
  memory?: ReusedMemory,
): Promise<Float32Array> {
  const bytes = await getInto(files, partKey(place, index), memory);
  if (bytes === null) throw samplesGone();
  return floatsOf(bytes);
}

function partKey(place: SamplesPlace, index: number): string {
  return `${samplesFolder(place)}${index}`;
}

function samplesGone(): UndertoneError {
  return new UndertoneError(
    "clip-gone",
    "The decoded samples of the recording are stored no more. Hand the clip in again.",
  );
}
