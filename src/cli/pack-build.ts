/** `undertone pack build`: a checkpoint or a synthetic model → a pack in a directory. */
import { stat } from "node:fs/promises";
import { type ErrorSlug, UndertoneError } from "../errors.ts";
import type { Checkpoint } from "../model/checkpoint/checkpoint.ts";
import { openHuggingFaceDirectory } from "../model/checkpoint/huggingface.ts";
import { SYNTHETIC_KINDS, syntheticCheckpoint } from "../model/checkpoint/synthetic.ts";
import { segmentCount } from "../model/graph/segments.ts";
import type { PackManifest } from "../model/pack.ts";
import { type PackOptions, writePack } from "../model/pack-writer.ts";
import { filesystemStore } from "../store/filesystem.ts";
import { type ProgressReport, reportStep } from "./progress.ts";

/** What to build and where. */
export interface PackBuildOptions extends PackOptions {
  /** A Hugging Face directory, or `synthetic:base`, `synthetic:base-plus`, `synthetic:large`. */
  readonly source: string;
  readonly outDir: string;
}

/**
 * Builds a pack into a directory of its own: `manifest.json` and `blobs/`.
 * @throws UndertoneError `checkpoint-invalid` or `checkpoint-unsupported` for a source that cannot be built.
 */
export async function buildPack(
  options: PackBuildOptions,
  report: ProgressReport,
): Promise<PackManifest> {
  const checkpoint = await openSource(options.source);
  const directory = filesystemStore(options.outDir);
  const label = `building ${checkpoint.name} ${options.precision}`;
  return reportStep(report, label, segmentCount(checkpoint), (advance) =>
    writePack(checkpoint, options, {
      put: (key, bytes) => directory.put(key, bytes),
      manifestKey: () => "manifest.json",
      onSegment: advance,
    }),
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
