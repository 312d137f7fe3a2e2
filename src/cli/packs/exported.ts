/** Packs a ready ONNX export after a test run. */
import { UndertoneError } from "../../errors.ts";
import { createNodeBackend } from "../../model/backend/node/backend.ts";
import { exportedManifest, writeExportedPack } from "../../model/build/exported.ts";
import type { ExportedModel } from "../../model/checkpoint/exported/model.ts";
import { createEngine } from "../../model/engine/create.ts";
import { computationQueue } from "../../model/engine/queue.ts";
import { resolveTaps } from "../../model/engine/taps/resolve.ts";
import { headTaps } from "../../model/engine/taps/taps.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { filesystemStore } from "../../store/filesystem.ts";
import { type ProgressReport, reportStep } from "../output/progress.ts";
import type { PackBuildOptions } from "./build-options.ts";
import { PROCESS_LIMITS } from "./open.ts";

/** Long enough for every head. */
const TRIAL_SAMPLES = 32_000;

/**
 * Writes the pack of an export into a directory of its own.
 * @throws UndertoneError `invalid-option` for calibration clips or a last state, which an export has settled already;
 *   `checkpoint-unsupported` if it does not run here or gives something else than its config.json says.
 */
export async function buildExported(
  model: ExportedModel,
  { outDir, id, calibrationFiles = [], lastState, languageModelFile }: PackBuildOptions,
  report: ProgressReport,
): Promise<PackManifest> {
  if (calibrationFiles.length > 0) throw alreadySettled("calibrate");
  if (lastState !== undefined) throw alreadySettled("last-state");
  if (languageModelFile !== undefined) throw alreadySettled("lm");
  const manifest = exportedManifest(model, id);
  await tryOut(model, manifest);
  const directory = filesystemStore(outDir);
  await reportStep(report, `packing ${model.name}`, 1, (advance) =>
    writeExportedPack(model, manifest, {
      put: (key, bytes) => directory.put(key, bytes),
      manifestKey: () => "manifest.json",
      onSegment: advance,
    }),
  );
  return manifest;
}

/** Runs the export on a quiet clip: what this engine cannot do is better known now than at the first request. */
async function tryOut({ file }: ExportedModel, manifest: PackManifest): Promise<void> {
  const [head] = manifest.heads;
  const engine = createEngine({
    manifest,
    packDigest: "",
    backend: await createNodeBackend(),
    readBlob: async () => file,
    queue: computationQueue(0),
    limits: PROCESS_LIMITS,
  });
  const state = resolveTaps(["last_hidden_state"], manifest.architecture.layerCount);
  const gives = (name: string) => manifest.programs[0]?.outputs.includes(name);
  try {
    const clip = Float32Array.from({ length: TRIAL_SAMPLES }, (_, n) => 0.1 * Math.sin(n / 7));
    if (gives("last_hidden_state")) await engine.run(clip, state);
    if (head !== undefined) await engine.run(clip, headTaps(head));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UndertoneError(
      "checkpoint-unsupported",
      `The ONNX export does not run here (${reason}): build from the checkpoint that it was exported from.`,
      {},
      { cause },
    );
  }
}

function alreadySettled(option: string): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `A ready ONNX export is used unchanged: omit --${option} out, or build from the checkpoint that it was exported from.`,
    { option },
  );
}
