/** `undertone calibrate-threshold`: threshold of speaker comparisons from labelled pairs. */
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Command } from "commander";
import { WHOLE_CLIP } from "../../audio/clip.ts";
import { headTaps } from "../../model/engine/taps/taps.ts";
import { equalError, operatingPoints, type ScoredPair } from "../../model/heads/equal-error.ts";
import type { Threshold } from "../../model/heads/head.ts";
import { cosine } from "../../model/heads/vectors.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { availableCores } from "../../platform/node/cores.ts";
import { requireHead, rounded } from "../../tasks/task.ts";
import { computeFile } from "../clips/compute.ts";
import { readPairs, type SpeakerPair } from "../labels/pairs.ts";
import { type ProgressReport, reportProgress, reportStep } from "../output/progress.ts";
import { writeManifest } from "../packs/manifest.ts";
import { DEFAULT_MAX_CLIP_SECONDS, openPackDirectory } from "../packs/open.ts";
import { type DetCurve, detPlot } from "../speakers/det-plot.ts";

/** Scores and threshold of one pack. */
export interface CalibratedPack {
  readonly manifest: PackManifest;
  readonly threshold: Threshold;
  readonly curve: DetCurve;
}

interface CalibrateFlags {
  readonly pack: readonly string[];
  readonly plot?: string;
  readonly save?: boolean;
}

/** Adds the command `calibrate-threshold <pairs.csv> --pack <dir…>`. */
export function registerCalibrateThreshold(program: Command): void {
  program
    .command("calibrate-threshold")
    .description("calibrate the threshold of speaker comparisons on labelled pairs")
    .argument("<pairs.csv>", "CSV of two clips and a label per line: a.wav,b.wav,same")
    .requiredOption("--pack <dir...>", "packs with a speaker head, for example one per precision")
    .option("--plot <file.svg>", "draw the detection error tradeoff of each pack")
    .option("--save", "write each threshold into its pack's manifest")
    .action(runCalibrateThreshold);
}

async function runCalibrateThreshold(pairsPath: string, flags: CalibrateFlags): Promise<void> {
  const pairs = await readPairs(pairsPath);
  const curves: DetCurve[] = [];
  for (const directory of flags.pack) {
    const source = basename(pairsPath);
    const { manifest, threshold, curve } = await calibrateThreshold(
      directory,
      pairs,
      source,
      reportProgress(),
    );
    curves.push(curve);
    console.log(summaryOf(manifest, threshold));
    if (flags.save) await writeManifest(directory, withThreshold(manifest, threshold));
  }
  if (flags.save)
    console.log("Written into manifest.json; install the packs again for a service to use it.");
  if (flags.plot === undefined) return;
  await writeFile(flags.plot, detPlot(curves));
  console.log(`Drawn in ${flags.plot}.`);
}

/**
 * Scores pairs with the pack in `directory` and finds the threshold with equal error rates.
 * @param source name of the pair list, stored with the threshold
 * @throws UndertoneError `model-without-head`, and every fault of a clip.
 */
export async function calibrateThreshold(
  directory: string,
  pairs: readonly SpeakerPair[],
  source: string,
  report: ProgressReport,
): Promise<CalibratedPack> {
  const engine = await openPackDirectory(directory, availableCores());
  const { manifest } = engine;
  const taps = headTaps(requireHead(manifest, "xvector"));
  const paths = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const embeddings = new Map<string, Float32Array>();
  const reading = { selection: WHOLE_CLIP, maxClipSeconds: DEFAULT_MAX_CLIP_SECONDS };
  await reportStep(report, `embedding with ${manifest.id}`, paths.length, async (advance) => {
    for (const path of paths) {
      const { result } = await computeFile(path, engine, taps, reading);
      embeddings.set(path, result.head?.embedding ?? new Float32Array());
      advance();
    }
  });
  const vectorOf = (path: string) => embeddings.get(path) as Float32Array;
  const scored = pairs.map(({ a, b, isTarget }) => ({
    score: cosine(vectorOf(a), vectorOf(b)),
    isTarget,
  }));
  return { manifest, ...judge(scored, manifest.id, source) };
}

function judge(scored: readonly ScoredPair[], name: string, source: string) {
  const targetPairs = scored.filter(({ isTarget }) => isTarget).length;
  const nonTargetPairs = scored.length - targetPairs;
  const points = operatingPoints(scored);
  const { threshold, equalErrorRate } = equalError(points);
  return {
    threshold: {
      cosine: rounded(threshold, 6),
      source,
      targetPairs,
      nonTargetPairs,
      equalErrorRate,
    },
    curve: { name, points, targetPairs, nonTargetPairs },
  };
}

function withThreshold(manifest: PackManifest, threshold: Threshold): PackManifest {
  const heads = manifest.heads.map((head) =>
    head.kind === "xvector" ? { ...head, threshold } : head,
  );
  return { ...manifest, heads };
}

function summaryOf({ id, precision }: PackManifest, threshold: Threshold): string {
  const { equalErrorRate, cosine: limit, targetPairs, nonTargetPairs } = threshold;
  return (
    `${id} (${precision}): equal error rate ${(100 * equalErrorRate).toFixed(2)} % at cosine ${limit}, ` +
    `on ${targetPairs} pairs of one speaker and ${nonTargetPairs} of different ones.`
  );
}
