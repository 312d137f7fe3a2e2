/** `undertone pack install`: a pack's directory → the bucket that the Worker reads, or the directory that a Node server does. */
import type { Command } from "commander";
import { UndertoneError } from "../../errors.ts";
import { manifestKey, type PackManifest } from "../../model/pack/manifest.ts";
import type { PackBucket } from "../bucket/bucket.ts";
import { type BucketFlags, withBucketFlags, withPackBucket } from "../options/bucket-flags.ts";
import { type ProgressReport, reportProgress, reportStep } from "../output/progress.ts";
import { type PackFiles, readPackFiles } from "../packs/files.ts";
import { keepDefault, readOnlyRegistry } from "../packs/installed.ts";

/** What an installation did. */
export interface Installation {
  readonly manifest: PackManifest;
  readonly bucketName: string;
  readonly blobsWritten: number;
  /** Blobs that the bucket held already, undamaged. */
  readonly blobsKept: number;
  /** Which pack answers requests that name none now, as a sentence. */
  readonly standing: string;
}

/**
 * Installs the pack in `directory`. Everything is checked before anything is written, and the manifest is written
 * last, so that a bucket never lists a pack it does not hold whole.
 * @throws UndertoneError `pack-damaged` or `pack-unsupported` for a directory that is no whole pack; `internal` with
 *   wrangler's words if the remote bucket refuses.
 */
export async function installPack(
  directory: string,
  options: BucketFlags = {},
  report: ProgressReport = reportProgress(),
): Promise<Installation> {
  const pack = await readPackFiles(directory, report);
  return withPackBucket(options, (bucket) => writePack(pack, bucket, report));
}

async function writePack(
  pack: PackFiles,
  bucket: PackBucket,
  report: ProgressReport,
): Promise<Installation> {
  let blobsWritten = 0;
  await reportStep(report, `installing ${pack.manifest.id}`, pack.blobs.length, async (advance) => {
    for (const { key, path, sha256 } of pack.blobs) {
      if (!(await bucket.holds(key, sha256))) {
        await bucket.write(key, path);
        blobsWritten++;
      }
      advance();
    }
    await keepDefault(bucket.store, pack.manifest.id);
    await bucket.write(manifestKey(pack.manifest.id), pack.manifestPath);
  });
  return {
    manifest: pack.manifest,
    bucketName: bucket.name,
    blobsWritten,
    blobsKept: pack.blobs.length - blobsWritten,
    standing: await standingOf(pack.manifest.id, bucket),
  };
}

/** Adds `install` to the `pack` command. */
export function registerInstall(packCommand: Command): void {
  withBucketFlags(
    packCommand
      .command("install")
      .description("put a built pack where a service reads it; the first one becomes the default")
      .argument("<dir>", "the directory that 'pack build' wrote"),
  ).action(async (directory: string, flags: BucketFlags) => {
    console.log(summaryOf(await installPack(directory, flags)));
  });
}

async function standingOf(id: string, bucket: PackBucket): Promise<string> {
  try {
    const { manifest } = await readOnlyRegistry(bucket.store, bucket.configuredDefault).find();
    if (manifest.id === id) return "It is the default model.";
    return `The default model is ${manifest.id}; 'undertone pack default ${id}' changes that.`;
  } catch (error) {
    if (error instanceof UndertoneError) return error.message;
    throw error;
  }
}

function summaryOf(installation: Installation): string {
  const { manifest, bucketName, blobsWritten, blobsKept, standing } = installation;
  const weights = manifest.weights === "synthetic" ? " (synthetic weights)" : "";
  return `Installed ${manifest.id}${weights} in ${bucketName}: ${blobsWritten} blobs written, ${blobsKept} already there. ${standing}`;
}
