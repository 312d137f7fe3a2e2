/** `undertone pack verify`: error of a quantized pack against float32. Over 150 lines: one command, its steps in order. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { normalise } from "../../audio/clip/normalise.ts";
import { UndertoneError } from "../../errors.ts";
import { builtInAccuracyClips, measureAccuracy } from "../../model/accuracy/measure.ts";
import { segmentCount } from "../../model/build/segments.ts";
import { writePack } from "../../model/build/write-pack.ts";
import type { Checkpoint } from "../../model/checkpoint/checkpoint.ts";
import type { Engine } from "../../model/engine/engine.ts";
import type { Accuracy } from "../../model/pack/accuracy.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { availableCores } from "../../platform/node/cores.ts";
import { filesystemStore } from "../../store/filesystem.ts";
import { parseHubSource } from "../hub/source.ts";
import { type ProgressReport, reportProgress, reportStep } from "../output/progress.ts";
import { verificationTable } from "../packs/accuracy-table.ts";
import { readSamples } from "../packs/calibration.ts";
import { withLastState } from "../packs/last-state.ts";
import { writeManifest } from "../packs/manifest.ts";
import { openPackDirectory } from "../packs/open.ts";
import { isExport, openSource, type Source } from "../packs/source.ts";

/** Reference and clips of a verification. */
export interface VerifyOptions {
  /** As `openSource` takes it; what the pack says it was built from if left out. */
  readonly source?: string;
  /** Clips to compare on; built-in ones if left out. */
  readonly audio?: readonly string[];
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
    .action(async (directory: string, options: VerifyOptions) => {
      const manifest = await verifyPack(directory, options, reportProgress());
      console.log(verificationTable(manifest.id, manifest.verification as Accuracy));
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

/** Of a checkpoint that was a directory or a file, a pack names no more than its name. */
async function openOrigin(
  { id, provenance }: PackManifest,
  source: string | undefined,
  report: ProgressReport,
): Promise<Source> {
  try {
    return await openSource(source ?? provenance.source, report);
  } catch (cause) {
    if (source !== undefined || !(cause instanceof UndertoneError)) throw cause;
    const origin = `${id} was built from '${provenance.source}'`;
    const message = isThere(provenance.source)
      ? `${cause.message} (${origin}; another place can be named with --source.)`
      : `${origin}, which is not here: say with --source where it is.`;
    throw new UndertoneError(cause.slug, message, cause.extensions, { cause });
  }
}

/** True if the source can be resolved on this machine or the hub. */
function isThere(source: string): boolean {
  return existsSync(source) || source.startsWith("synthetic:") || parseHubSource(source) !== null;
}

/** A float32 pack in a directory that is gone afterwards: it may be larger than memory. */
async function withFloat32<Result>(
  checkpoint: Checkpoint,
  report: ProgressReport,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-verify-"));
  try {
    const store = filesystemStore(directory);
    const label = `building ${checkpoint.name} fp32 to compare with`;
    await reportStep(report, label, segmentCount(checkpoint), (advance) =>
      writePack(checkpoint, { precision: "fp32" }, new Map(), {
        put: (key, bytes) => store.put(key, bytes),
        manifestKey: () => "manifest.json",
        onSegment: advance,
      }),
    );
    return await use(await openPackDirectory(directory, availableCores()));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function requireSameCheckpoint(
  { id, provenance }: PackManifest,
  opened: Source,
): asserts opened is Checkpoint {
  if (!isExport(opened) && opened.provenance.sourceSha256 === provenance.sourceSha256) return;
  throw new UndertoneError(
    "invalid-option",
    `${id} was not built from this checkpoint: its weights have another SHA-256. Name the one that it was built from with --source.`,
    { option: "source" },
  );
}

function nothingToVerify({ id, precision }: PackManifest): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `${id} is ${precision === "fp32" ? "float32 itself" : "a ready export, whose layers are unavailable"}: name a quantized pack of the checkpoint.`,
    { option: "dir" },
  );
}
