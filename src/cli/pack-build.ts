/** `undertone pack build`: a checkpoint or a synthetic model → a pack in a directory. */
import { UndertoneError } from "../errors.ts";
import type { Checkpoint } from "../model/checkpoint/checkpoint.ts";
import { openHuggingFaceDirectory } from "../model/checkpoint/huggingface.ts";
import { SYNTHETIC_KINDS, syntheticCheckpoint } from "../model/checkpoint/synthetic.ts";
import type { ActivationRanges } from "../model/graph/recipe.ts";
import { segmentCount } from "../model/graph/segments.ts";
import type { Calibration, PackManifest } from "../model/pack.ts";
import { type PackOptions, packIdOf, writePack } from "../model/pack-writer.ts";
import { filesystemStore } from "../store/filesystem.ts";
import { calibrateCheckpoint } from "./calibration.ts";
import type { ProgressReport } from "./progress.ts";

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
  if (precision === "fp32" && calibrationFiles.length > 0) throw nothingToCalibrate();
  const checkpoint = await openSource(options.source);
  const id = packIdOf(checkpoint, options);
  const { ranges, ...calibrated }: Calibrated =
    precision === "fp32"
      ? { ranges: new Map() }
      : await calibrateCheckpoint(checkpoint, calibrationFiles, report);
  const directory = filesystemStore(outDir);
  report.start(`building ${checkpoint.name} ${precision}`, segmentCount(checkpoint.config));
  const manifest = await writePack(checkpoint, { precision, id, ...calibrated }, ranges, {
    put: (key, bytes) => directory.put(key, bytes),
    manifestKey: () => "manifest.json",
    onSegment: () => report.advance(),
  });
  report.done();
  return manifest;
}

interface Calibrated {
  readonly ranges: ActivationRanges;
  readonly calibration?: Calibration;
}

function nothingToCalibrate(): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    "Only quantized packs are calibrated: leave --calibrate out, or build with --precision q8 or q8a.",
    { option: "calibrate" },
  );
}

async function openSource(source: string): Promise<Checkpoint> {
  if (!source.startsWith("synthetic:")) return openHuggingFaceDirectory(source);
  const kind = SYNTHETIC_KINDS.find((known) => source === `synthetic:${known}`);
  if (kind === undefined) throw unknownSynthetic(source);
  return syntheticCheckpoint(kind);
}

function unknownSynthetic(source: string): UndertoneError {
  const known = SYNTHETIC_KINDS.map((kind) => `synthetic:${kind}`).join(", ");
  return new UndertoneError(
    "checkpoint-unsupported",
    `There is no '${source}'; the synthetic models are ${known}.`,
  );
}
