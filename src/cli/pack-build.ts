/** `undertone pack build`: a checkpoint or a synthetic model → a pack in a directory. */
import { stat } from "node:fs/promises";
import { type ErrorSlug, UndertoneError } from "../errors.ts";
import type { Checkpoint } from "../model/checkpoint/checkpoint.ts";
import { openHuggingFaceDirectory } from "../model/checkpoint/huggingface.ts";
import { SYNTHETIC_KINDS, syntheticCheckpoint } from "../model/checkpoint/synthetic.ts";
import type { ActivationRanges } from "../model/graph/recipe.ts";
import { segmentCount } from "../model/graph/segments.ts";
import { CALIBRATED_PRECISIONS, type Calibration, type PackManifest } from "../model/pack.ts";
import { type PackOptions, packIdOf, writePack } from "../model/pack-writer.ts";
import { filesystemStore } from "../store/filesystem.ts";
import { calibrateCheckpoint } from "./calibration.ts";
import { type ProgressReport, reportStep } from "./progress.ts";

/** What to build and where. */
export interface PackBuildOptions extends Omit<PackOptions, "calibration"> {
  /** A Hugging Face directory, or `synthetic:base`, `synthetic:base-plus`, `synthetic:large`. */
  readonly source: string;
  readonly outDir: string;
  /** Clips to calibrate a quantized pack with; the built-in ones if left out. */
  readonly calibrationFiles?: readonly string[];
}

/**
 * Builds a pack into a directory of its own: `manifest.json` and `blobs/`.
 * @throws UndertoneError `checkpoint-invalid` or `checkpoint-unsupported` for a source that cannot be built,
 *   `invalid-option` for calibration clips that nothing would be done with, and every fault of such a clip.
 */
export async function buildPack(
  options: PackBuildOptions,
  report: ProgressReport,
): Promise<PackManifest> {
  const { precision, outDir, calibrationFiles = [] } = options;
  const isCalibrated = CALIBRATED_PRECISIONS.includes(precision);
  if (!isCalibrated && calibrationFiles.length > 0) throw nothingToCalibrate();
  const checkpoint = await openSource(options.source);
  const id = packIdOf(checkpoint, options);
  const { ranges, ...calibrated }: Calibrated = isCalibrated
    ? await calibrateCheckpoint(checkpoint, calibrationFiles, report)
    : { ranges: new Map() };
  const directory = filesystemStore(outDir);
  const label = `building ${checkpoint.name} ${precision}`;
  return reportStep(report, label, segmentCount(checkpoint.config), (advance) =>
    writePack(checkpoint, { precision, id, ...calibrated }, ranges, {
      put: (key, bytes) => directory.put(key, bytes),
      manifestKey: () => "manifest.json",
      onSegment: advance,
    }),
  );
}

interface Calibrated {
  readonly ranges: ActivationRanges;
  readonly calibration?: Calibration;
}

function nothingToCalibrate(): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    "Only q8 and q8a packs are calibrated: leave --calibrate out, or build with --precision q8 or q8a.",
    { option: "calibrate" },
  );
}

async function openSource(source: string): Promise<Checkpoint> {
  if (source.startsWith("synthetic:")) {
    const kind = SYNTHETIC_KINDS.find((known) => source === `synthetic:${known}`);
    if (kind === undefined) throw unknownSource("checkpoint-unsupported", source);
    return syntheticCheckpoint(kind);
  }
  const found = await stat(source).catch(() => null);
  if (!found?.isDirectory()) throw unknownSource("checkpoint-invalid", source);
  return openHuggingFaceDirectory(source);
}

function unknownSource(slug: ErrorSlug, source: string): UndertoneError {
  const known = SYNTHETIC_KINDS.map((kind) => `synthetic:${kind}`).join(", ");
  return new UndertoneError(
    slug,
    `There is no '${source}'; name the directory of a Hugging Face checkpoint, or one of ${known}.`,
  );
}
