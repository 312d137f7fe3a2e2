/** Thresholds of speaker comparisons, of pairs of clips whose speakers are known. */
import { WHOLE_CLIP } from "../../audio/clip.ts";
import { sha256Of } from "../../crypto/digest.ts";
import type { Engine } from "../../model/engine/engine.ts";
import { headTaps } from "../../model/engine/taps/taps.ts";
import { equalError, operatingPoints, type ScoredPair } from "../../model/heads/equal-error.ts";
import type { Cohort, Threshold } from "../../model/heads/head.ts";
import { type CohortScores, scoresAgainst, sNorm } from "../../model/heads/speakers/s-norm.ts";
import { cosine, l2Normalised } from "../../model/heads/vectors.ts";
import { encodeCohort } from "../../model/pack/cohort.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { availableCores } from "../../platform/node/cores.ts";
import { requireHead, rounded } from "../../tasks/task.ts";
import { computeFile } from "../clips/compute.ts";
import type { SpeakerPair } from "../labels/pairs.ts";
import { type ProgressReport, reportStep } from "../output/progress.ts";
import { DEFAULT_MAX_CLIP_SECONDS, openPackDirectory } from "../packs/open.ts";
import type { DetCurve } from "./det-plot.ts";

/** Scores and thresholds of one pack. */
export interface CalibratedPack {
  readonly manifest: PackManifest;
  readonly threshold: Threshold;
  readonly curve: DetCurve;
  /** The cohort, where one was given, with the threshold of scores that are normalised by it. */
  readonly cohort: CalibratedCohort | null;
}

interface CalibratedCohort {
  readonly described: Cohort;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly curve: DetCurve;
}

/** Clips to calibrate with, by their paths. */
export interface CalibrationClips {
  /** The name of the list of pairs, stored with the threshold. */
  readonly name: string;
  readonly pairs: readonly SpeakerPair[];
  readonly cohort: readonly string[];
}

/**
 * Scores pairs with the pack in `directory` and finds the threshold with equal error rates; with a cohort, that of normalised scores, too.
 * @throws UndertoneError `model-without-head`, and every fault of a clip.
 */
export async function calibrateThreshold(
  directory: string,
  { name: source, pairs, cohort: cohortPaths }: CalibrationClips,
  report: ProgressReport,
): Promise<CalibratedPack> {
  const engine = await openPackDirectory(directory, availableCores());
  const { manifest } = engine;
  const paths = [...new Set([...pairs.flatMap(({ a, b }) => [a, b]), ...cohortPaths])];
  const embeddings = await embedFiles(engine, paths, report);
  const vectorOf = (path: string) => embeddings.get(path) as Float32Array;
  const scored = pairs.map(({ a, b, isTarget }) => ({
    score: cosine(vectorOf(a), vectorOf(b)),
    isTarget,
  }));
  const { found, curve } = judge(scored, manifest.id);
  const { score, ...errors } = found;
  const threshold = { cosine: score, source, ...errors };
  if (cohortPaths.length === 0) return { manifest, threshold, curve, cohort: null };
  const cohort = cohortPaths.map((path) => l2Normalised(vectorOf(path)));
  const against = new Map(
    paths.map((path) => [path, scoresAgainst(l2Normalised(vectorOf(path)), cohort)]),
  );
  const ofPath = (path: string) => against.get(path) as CohortScores;
  const normalised = pairs.map(({ a, b, isTarget }, index) => ({
    score: sNorm(scored[index]?.score as number, ofPath(a), ofPath(b)),
    isTarget,
  }));
  const judged = judge(normalised, `${manifest.id}, normalised`);
  const bytes = encodeCohort(cohort);
  const described = {
    bytes: bytes.length,
    sha256: await sha256Of(bytes),
    embeddings: cohort.length,
    threshold: { ...judged.found, source },
  };
  return { manifest, threshold, curve, cohort: { described, bytes, curve: judged.curve } };
}

/** The embedding of each file, by its path. */
async function embedFiles(
  engine: Engine,
  paths: readonly string[],
  report: ProgressReport,
): Promise<Map<string, Float32Array>> {
  const { manifest } = engine;
  const taps = headTaps(requireHead(manifest, "xvector"));
  const embeddings = new Map<string, Float32Array>();
  const reading = { selection: WHOLE_CLIP, maxClipSeconds: DEFAULT_MAX_CLIP_SECONDS };
  await reportStep(report, `embedding with ${manifest.id}`, paths.length, async (advance) => {
    for (const path of paths) {
      const { result } = await computeFile(path, engine, taps, reading);
      embeddings.set(path, result.head?.embedding ?? new Float32Array());
      advance();
    }
  });
  return embeddings;
}

function judge(scored: readonly ScoredPair[], name: string) {
  const targetPairs = scored.filter(({ isTarget }) => isTarget).length;
  const nonTargetPairs = scored.length - targetPairs;
  const points = operatingPoints(scored);
  const { threshold, equalErrorRate } = equalError(points);
  return {
    found: { score: rounded(threshold, 6), targetPairs, nonTargetPairs, equalErrorRate },
    curve: { name, points, targetPairs, nonTargetPairs },
  };
}
