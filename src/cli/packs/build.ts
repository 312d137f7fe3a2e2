/** `undertone pack build`: a checkpoint, of this machine or the hub, or a synthetic model → a pack in a directory. */
import { UndertoneError } from "../../errors.ts";
import type { Activations } from "../../model/build/recipe.ts";
import { segmentCount } from "../../model/build/segments.ts";
import { packIdOf, writePack } from "../../model/build/write-pack.ts";
import {
  CALIBRATED_PRECISIONS,
  type Calibration,
  type PackManifest,
} from "../../model/pack/manifest.ts";
import { filesystemStore } from "../../store/filesystem.ts";
import { type ProgressReport, reportStep } from "../output/progress.ts";
import { requireWritable } from "../output/require-writable.ts";
import type { PackBuildOptions } from "./build-options.ts";
import { calibrateCheckpoint } from "./calibration.ts";
import { buildExported } from "./exported.ts";
import { withLanguageModel } from "./language-model.ts";
import { withLastState } from "./last-state.ts";
import { isExport, openSource } from "./source.ts";

/**
 * Builds a pack into a directory of its own: `manifest.json` and `blobs/`. Notes about the source are passed to `tell` first.
 * @throws UndertoneError as `openSource` does for a source that cannot be built,
 *   `invalid-option` for a directory that cannot be written to,
 *   `invalid-option` for calibration clips or a last state that nothing would be done with, every fault of such a clip, and
 *   as `buildExported` does.
 */
export async function buildPack(
  options: PackBuildOptions,
  report: ProgressReport,
  tell: (note: string) => void = console.error,
): Promise<PackManifest> {
  const { precision, outDir, calibrationFiles = [] } = options;
  await requireWritable(outDir);
  const isCalibrated = CALIBRATED_PRECISIONS.includes(precision);
  if (!isCalibrated && calibrationFiles.length > 0) throw nothingToCalibrate();
  const opened = await openSource(options.source, report, options.hub);
  for (const note of opened.notes ?? []) tell(note);
  if (isExport(opened)) return buildExported(opened, options, report);
  const { checkpoint, blob } = await withLanguageModel(
    withLastState(opened, options.lastState),
    options.languageModelFile,
  );
  const id = packIdOf(checkpoint, options);
  const { activations, ...calibrated }: Calibrated = isCalibrated
    ? await calibrateCheckpoint(checkpoint, calibrationFiles, precision, report)
    : { activations: new Map() };
  const directory = filesystemStore(outDir);
  if (blob !== null) await directory.put(blob.key, blob.bytes);
  const label = `building ${checkpoint.name} ${precision}`;
  return reportStep(report, label, segmentCount(checkpoint), (advance) =>
    writePack(checkpoint, { precision, id, ...calibrated }, activations, {
      put: (key, bytes) => directory.put(key, bytes),
      manifestKey: () => "manifest.json",
      onSegment: advance,
    }),
  );
}

interface Calibrated {
  readonly activations: Activations;
  readonly calibration?: Calibration;
}

function nothingToCalibrate(): UndertoneError {
  const calibrated = CALIBRATED_PRECISIONS.join(", ");
  return new UndertoneError(
    "invalid-option",
    `Only integer packs are calibrated: omit --calibrate, or use one of --precision ${calibrated}.`,
    { option: "calibrate" },
  );
}
