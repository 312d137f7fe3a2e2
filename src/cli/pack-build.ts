/** `undertone pack build`: a checkpoint, of this machine or the hub, or a synthetic model → a pack in a directory. */
import { UndertoneError } from "../errors.ts";
import type { ActivationRanges } from "../model/graph/recipe.ts";
import { segmentCount } from "../model/graph/segments.ts";
import type { LayerSum } from "../model/heads/head.ts";
import { CALIBRATED_PRECISIONS, type Calibration, type PackManifest } from "../model/pack.ts";
import { type PackOptions, packIdOf, writePack } from "../model/pack-writer.ts";
import { filesystemStore } from "../store/filesystem.ts";
import { calibrateCheckpoint } from "./calibration.ts";
import { isExport, openSource } from "./checkpoint-source.ts";
import { buildExported } from "./exported-build.ts";
import type { HubSettings } from "./hub/settings.ts";
import { withLastState } from "./last-state.ts";
import { type ProgressReport, reportStep } from "./progress.ts";
import { requireWritable } from "./require-writable.ts";

/** What to build and where. */
export interface PackBuildOptions extends Omit<PackOptions, "calibration"> {
  /** As `openSource` takes it. */
  readonly source: string;
  readonly outDir: string;
  /** Clips to calibrate a quantized pack with; the built-in ones if left out. */
  readonly calibrationFiles?: readonly string[];
  /** What enters the head's weighted sum as the last hidden state; by the transformers that wrote config.json if left out. */
  readonly lastState?: LayerSum["lastState"];
  /** How to reach the hub; as the environment says if left out. */
  readonly hub?: HubSettings;
}

/**
 * Builds a pack into a directory of its own: `manifest.json` and `blobs/`. What should be known of the source is told first.
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
  const checkpoint = withLastState(opened, options.lastState);
  const id = packIdOf(checkpoint, options);
  const { ranges, ...calibrated }: Calibrated = isCalibrated
    ? await calibrateCheckpoint(checkpoint, calibrationFiles, report)
    : { ranges: new Map() };
  const directory = filesystemStore(outDir);
  const label = `building ${checkpoint.name} ${precision}`;
  return reportStep(report, label, segmentCount(checkpoint), (advance) =>
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
  const calibrated = CALIBRATED_PRECISIONS.join(", ");
  return new UndertoneError(
    "invalid-option",
    `Only packs of integers are calibrated: leave --calibrate out, or build with one of --precision ${calibrated}.`,
    { option: "calibrate" },
  );
}
