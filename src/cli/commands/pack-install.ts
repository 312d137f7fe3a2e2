/**
 * `undertone pack install`: copies a pack, built first if needed, to the bucket of a Worker or the directory of a Node
 * server. Long because building, copying and reporting are one command.
 */
import type { Command } from "commander";
import { UndertoneError } from "../../errors.ts";
import { manifestKey, type PackManifest } from "../../model/pack/manifest.ts";
import type { PackBucket } from "../bucket/bucket.ts";
import { type BucketFlags, withBucketFlags, withPackBucket } from "../options/bucket-flags.ts";
import { type BuildFlags, givenBuildFlag, withBuildFlags } from "../options/build-flags.ts";
import { type ProgressReport, reportProgress, reportStep } from "../output/progress.ts";
import { builtDirectory } from "../packs/built-directory.ts";
import { type PackFiles, readPackFiles } from "../packs/files.ts";
import { chooseDefault, keepDefault, readOnlyRegistry } from "../packs/installed.ts";

/** Result of an installation. */
export interface Installation {
  readonly manifest: PackManifest;
  readonly bucketName: string;
  readonly blobsWritten: number;
  /** Blobs that the bucket held already, undamaged. */
  readonly blobsKept: number;
  /** Sentence that names the default model. */
  readonly defaultNote: string;
}

/**
 * Installs the pack in `directory`. Everything is checked before anything is written, and the manifest is written
 * last, so that a bucket never lists a pack it does not hold whole.
 * @throws UndertoneError `pack-damaged` or `pack-unsupported` for a directory that is no whole pack; `internal` with
 *   wrangler's words if the remote bucket refuses.
 */
export async function installPack(
  directory: string,
  { isDefault = false, ...bucketFlags }: InstallOptions = {},
  report: ProgressReport = reportProgress(),
): Promise<Installation> {
  const pack = await readPackFiles(directory, report);
  return withPackBucket(bucketFlags, async (bucket) => {
    const written = await writePack(pack, bucket, report);
    if (isDefault) await chooseDefault(bucket.store, pack.manifest.id);
    return { ...written, defaultNote: await defaultModelNote(pack.manifest.id, bucket) };
  });
}

/** Target of an installation, and whether it becomes the default. */
export interface InstallOptions extends BucketFlags {
  /** True if requests that name no pack get this one from now on. */
  readonly isDefault?: boolean | undefined;
}

async function writePack(
  pack: PackFiles,
  bucket: PackBucket,
  report: ProgressReport,
): Promise<Omit<Installation, "defaultNote">> {
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
  };
}

interface InstallFlags extends BucketFlags, BuildFlags {
  readonly default?: boolean;
}

/** Adds `install` to the `pack` command. */
export function registerInstall(packCommand: Command): void {
  const command = packCommand
    .command("install")
    .description(
      "install a pack for a service, built first if a source is named; the first one becomes the default",
    )
    .argument(
      "<pack>",
      "directory written by 'pack build', or a source for 'pack build', which is built in packs/ first",
    );
  withBucketFlags(withBuildFlags(command).option("--default", "make it the default model")).action(
    async (source: string, { default: isDefault, ...flags }: InstallFlags) => {
      const report = reportProgress();
      const given = givenBuildFlag(command);
      const directory = await builtDirectory(source, flags, given, report);
      const installation = await installPack(directory, { ...flags, isDefault }, report);
      console.log(summaryOf(installation));
    },
  );
}

async function defaultModelNote(id: string, bucket: PackBucket): Promise<string> {
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
  const { manifest, bucketName, blobsWritten, blobsKept, defaultNote } = installation;
  const weights = manifest.weights === "synthetic" ? " (synthetic weights)" : "";
  return `Installed ${manifest.id}${weights} in ${bucketName}: ${blobsWritten} blobs written, ${blobsKept} already there. ${defaultNote}`;
}
