/** The float32 reference of a quantized pack: the same checkpoint, built without quantization. */
import { existsSync } from "node:fs";
import { UndertoneError } from "../../errors.ts";
import { segmentCount } from "../../model/build/segments.ts";
import { writePack } from "../../model/build/write-pack.ts";
import type { Checkpoint } from "../../model/checkpoint/checkpoint.ts";
import type { Engine } from "../../model/engine/engine.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { availableCores } from "../../platform/node/cores.ts";
import { filesystemStore } from "../../store/filesystem.ts";
import { parseHubSource } from "../hub/source.ts";
import { type ProgressReport, reportStep } from "../output/progress.ts";
import { withTemporaryDirectory } from "../temporary-directory.ts";
import { openPackDirectory } from "./open.ts";
import { isExport, openSource, type Source } from "./source.ts";

/**
 * Opens the checkpoint of a pack. Of a directory or a file, a pack names no more than its name.
 * @throws UndertoneError what `openSource` throws, with the name of the option that says where it is.
 */
export async function openOrigin(
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
export async function withFloat32<Result>(
  checkpoint: Checkpoint,
  report: ProgressReport,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  return withTemporaryDirectory(async (directory) => {
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
  });
}

/**
 * Checks that an opened checkpoint is the one that a pack was built from.
 * @throws UndertoneError `invalid-option`.
 */
export function requireSameCheckpoint(
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
