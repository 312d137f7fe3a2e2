/** `undertone calibrate-threshold`: thresholds of speaker comparisons and identifications from labelled pairs. */
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Command } from "commander";
import { UndertoneError } from "../../errors.ts";
import type { Cohort, Threshold } from "../../model/heads/head.ts";
import { cohortBlob, type PackManifest } from "../../model/pack/manifest.ts";
import { filesystemStore } from "../../store/filesystem.ts";
import { readPairs } from "../labels/pairs.ts";
import { reportProgress } from "../output/progress.ts";
import { writeManifest } from "../packs/manifest.ts";
import { type CalibratedPack, calibrateThreshold } from "../speakers/calibrate.ts";
import { type DetCurve, detPlot } from "../speakers/det-plot.ts";

interface CalibrateFlags {
  readonly pack: readonly string[];
  readonly cohort?: readonly string[];
  readonly plot?: string;
  readonly save?: boolean;
}

/** Deviations of fewer cosines say little. */
const LEAST_COHORT = 10;
const MOST_COHORT = 1000;

/** Adds the command `calibrate-threshold <pairs.csv> --pack <dir…>`. */
export function registerCalibrateThreshold(program: Command): void {
  program
    .command("calibrate-threshold")
    .description("calibrate the threshold of speaker comparisons on labelled pairs")
    .argument("<pairs.csv>", "CSV of two clips and a label per line: a.wav,b.wav,same")
    .requiredOption("--pack <dir...>", "packs with a speaker head, for example one per precision")
    .option(
      "--cohort <clip...>",
      `${LEAST_COHORT} to ${MOST_COHORT} clips of other speakers, one of each: identifications normalise scores by them`,
    )
    .option("--plot <file.svg>", "draw the detection error tradeoff of each pack")
    .option("--save", "write each threshold into its pack's manifest, and the cohort into the pack")
    .action(runCalibrateThreshold);
}

async function runCalibrateThreshold(pairsPath: string, flags: CalibrateFlags): Promise<void> {
  requireCohortSize(flags.cohort);
  const pairs = await readPairs(pairsPath);
  const curves: DetCurve[] = [];
  for (const directory of flags.pack) {
    const source = { name: basename(pairsPath), pairs, cohort: flags.cohort ?? [] };
    const calibrated = await calibrateThreshold(directory, source, reportProgress());
    const { manifest, cohort } = calibrated;
    curves.push(calibrated.curve, ...(cohort === null ? [] : [cohort.curve]));
    console.log(summaryOf(manifest, calibrated.threshold));
    if (cohort !== null) console.log(cohortSummaryOf(manifest, cohort.described));
    if (flags.save) await saveThreshold(directory, calibrated);
  }
  if (flags.save)
    console.log("Written into manifest.json; install the packs again for a service to use it.");
  if (flags.plot === undefined) return;
  await writeFile(flags.plot, detPlot(curves));
  console.log(`Drawn in ${flags.plot}.`);
}

function requireCohortSize(cohort: readonly string[] | undefined): void {
  if (cohort === undefined) return;
  if (cohort.length >= LEAST_COHORT && cohort.length <= MOST_COHORT) return;
  throw new UndertoneError(
    "invalid-option",
    `--cohort names ${cohort.length} clips: ${LEAST_COHORT} to ${MOST_COHORT} are taken, one of each speaker.`,
    { option: "cohort" },
  );
}

/** The blob goes first, so that no manifest names what is not there. */
async function saveThreshold(directory: string, calibrated: CalibratedPack): Promise<void> {
  const { manifest, threshold, cohort } = calibrated;
  if (cohort !== null) {
    await filesystemStore(directory).put(cohortBlob(cohort.described).key, cohort.bytes);
  }
  const own = cohort === null ? { threshold } : { threshold, cohort: cohort.described };
  const heads = manifest.heads.map((head) =>
    head.kind === "xvector" ? { ...head, ...own } : head,
  );
  await writeManifest(directory, { ...manifest, heads });
}

function cohortSummaryOf({ id }: PackManifest, { embeddings, threshold }: Cohort): string {
  const { equalErrorRate, score } = threshold;
  return `${id}, normalised by a cohort of ${embeddings}: equal error rate ${(100 * equalErrorRate).toFixed(2)} % at score ${score}.`;
}

function summaryOf({ id, precision }: PackManifest, threshold: Threshold): string {
  const { equalErrorRate, cosine: limit, targetPairs, nonTargetPairs } = threshold;
  return (
    `${id} (${precision}): equal error rate ${(100 * equalErrorRate).toFixed(2)} % at cosine ${limit}, ` +
    `on ${targetPairs} pairs of one speaker and ${nonTargetPairs} of different ones.`
  );
}
