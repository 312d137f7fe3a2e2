/** `undertone pack verify`: error of a quantized pack against float32. */
import type { Command } from "commander";
import { normalise } from "../../audio/clip/normalise.ts";
import { UndertoneError } from "../../errors.ts";
import { builtInAccuracyClips, measureAccuracy } from "../../model/accuracy/measure.ts";
import type { Accuracy } from "../../model/pack/accuracy.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { availableCores } from "../../platform/node/cores.ts";
import { readTexts } from "../labels/texts.ts";
import { type ProgressReport, reportProgress, reportStep } from "../output/progress.ts";
import { accuracyTable } from "../packs/accuracy-table.ts";
import { readSamples } from "../packs/calibration.ts";
import { withLastState } from "../packs/last-state.ts";
import { writeManifest } from "../packs/manifest.ts";
import { openPackDirectory } from "../packs/open.ts";
import { openOrigin, requireSameCheckpoint, withFloat32 } from "../packs/reference.ts";
import { countWordErrors, wordErrorLine } from "../packs/word-error.ts";

/** Reference and clips that accuracy is measured with. */
export interface VerifyOptions {
  /** As `openSource` takes it; what the pack says it was built from if left out. */
  readonly source?: string;
  /** Clips to compare on; built-in ones if left out. */
  readonly audio?: readonly string[];
}

interface VerifyFlags extends VerifyOptions {
  readonly labels?: string;
}

/** Adds `verify` to the `pack` command. */
export function registerVerify(packCommand: Command): void {
  packCommand
    .command("verify")
    .description(
      "compare a quantized pack with its checkpoint in float32, and store the result in its manifest",
    )
    .argument("<dir>", "directory written by 'pack build'")
    .option(
      "--source <source>",
      "source checkpoint of the pack, as for 'pack build' (default: the source in its manifest)",
    )
    .option("--audio <clip...>", "clips to compare on (default: built-in speech-like clips)")
    .option(
      "--labels <texts.csv>",
      "CSV of a clip and its words per line: print the word error rate of the pack and of float32 instead",
    )
    .action(async (directory: string, { labels, ...options }: VerifyFlags) => {
      if (labels !== undefined) {
        for (const line of await verifyWords(directory, labels, options, reportProgress())) {
          console.log(line);
        }
        return;
      }
      const manifest = await verifyPack(directory, options, reportProgress());
      console.log(accuracyTable(manifest.id, manifest.verification as Accuracy));
      console.log("Written into manifest.json; install the pack again for a service to show it.");
    });
}

/**
 * Builds the same checkpoint in float32 beside the pack, runs both, and writes the differences into the pack's manifest.
 * @throws UndertoneError `invalid-option` for a pack in float32, a ready export, or another checkpoint than the pack's, what `openSource` throws,
 *   and every fault of a clip.
 */
export async function verifyPack(
  directory: string,
  { source, audio = [] }: VerifyOptions,
  report: ProgressReport,
): Promise<PackManifest> {
  const engine = await openPackDirectory(directory, availableCores());
  const { manifest } = engine;
  if (manifest.precision === "fp32" || manifest.precision === "exported")
    throw nothingToVerify(manifest);
  const clips =
    audio.length === 0 ? builtInAccuracyClips() : await Promise.all(audio.map(readSamples));
  const { doNormalize } = manifest.preprocessing;
  const samples = doNormalize ? clips.map(normalise) : clips;
  const opened = await openOrigin(manifest, source, report);
  requireSameCheckpoint(manifest, opened);
  const checkpoint = withLastState(opened, manifest.heads[0]?.layerSum?.lastState);
  const differences = await withFloat32(checkpoint, report, (reference) =>
    reportStep(report, `comparing ${manifest.id}`, samples.length, (advance) =>
      measureAccuracy(engine, reference, samples, advance),
    ),
  );
  const verification: Accuracy = {
    audio: audio.length === 0 ? "built-in" : "given",
    ...differences,
  };
  const verified = { ...manifest, verification };
  await writeManifest(directory, verified);
  return verified;
}

/**
 * The word error rates of a pack and, unless it is float32 itself or a ready export, of the same checkpoint in float32, as lines
 * of text. The pack stays as it is.
 * @throws UndertoneError as `verifyPack`, `readTexts` and `countWordErrors` do.
 */
export async function verifyWords(
  directory: string,
  labels: string,
  { source, audio = [] }: VerifyOptions,
  report: ProgressReport,
): Promise<string[]> {
  if (audio.length > 0) throw twoListsOfClips();
  const clips = await readTexts(labels);
  const engine = await openPackDirectory(directory, availableCores());
  const { manifest } = engine;
  const lines = [wordErrorLine(manifest.id, await countWordErrors(engine, clips, report))];
  if (manifest.precision === "fp32" || manifest.precision === "exported") return lines;
  const opened = await openOrigin(manifest, source, report);
  requireSameCheckpoint(manifest, opened);
  const checkpoint = withLastState(opened, manifest.heads[0]?.layerSum?.lastState);
  const counted = await withFloat32(checkpoint, report, (reference) =>
    countWordErrors(reference, clips, report),
  );
  return [...lines, wordErrorLine(`${checkpoint.name}-fp32`, counted)];
}

function twoListsOfClips(): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    "--labels names the clips: leave --audio out, or leave --labels out to compare hidden states.",
    { option: "audio" },
  );
}

function nothingToVerify({ id, precision }: PackManifest): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `${id} is ${precision === "fp32" ? "float32 itself" : "a ready export, whose layers are unavailable"}: name a quantized pack of the checkpoint.`,
    { option: "dir" },
  );
}
