/** `undertone pack install`: a pack's directory → the bucket that the Worker reads, or the directory that a Node server does. */
import { join } from "node:path";
import { type Command, Option } from "commander";
import { manifestKey, type PackManifest } from "../model/pack.ts";
import type { PackBucket } from "./pack-bucket.ts";
import { openPackDirectoryBucket } from "./pack-directory.ts";
import { type PackFiles, readPackFiles } from "./pack-files.ts";
import { type ProgressReport, reportProgress, reportStep } from "./progress.ts";

/** Where the repository is: wrangler.toml and wrangler's local state lie in it. */
const REPOSITORY = join(import.meta.dirname, "../..");
const WRANGLER_CONFIG = join(REPOSITORY, "wrangler.toml");
/** Where `npm start` keeps its local bucket. */
export const LOCAL_STATE = join(REPOSITORY, ".wrangler/state");

/** Which bucket a pack goes to. */
export interface InstallOptions {
  /** The account's own bucket instead of the local one. */
  readonly remote?: boolean;
  /** wrangler's local state, the repository's `.wrangler/state` if left out. */
  readonly persistTo?: string;
  /** A Node server's directory instead of a bucket. */
  readonly directory?: string;
}

/** What an installation did. */
export interface Installation {
  readonly manifest: PackManifest;
  readonly bucketName: string;
  readonly blobsWritten: number;
  /** Blobs that the bucket held already, undamaged. */
  readonly blobsKept: number;
}

/**
 * Installs the pack in `directory`. Everything is checked before anything is written, and the manifest is written
 * last, so that a bucket never lists a pack it does not hold whole.
 * @throws UndertoneError `pack-damaged` or `pack-unsupported` for a directory that is no whole pack; `internal` with
 *   wrangler's words if the remote bucket refuses.
 */
export async function installPack(
  directory: string,
  options: InstallOptions = {},
  report: ProgressReport = reportProgress(),
): Promise<Installation> {
  const pack = await readPackFiles(directory, report);
  const bucket = await openBucket(options);
  try {
    return await writePack(pack, bucket, report);
  } finally {
    await bucket.close();
  }
}

async function openBucket(options: InstallOptions): Promise<PackBucket> {
  if (options.directory !== undefined) return openPackDirectoryBucket(options.directory);
  // wrangler takes a second to load, which no other command should wait for.
  const { openLocalPackBucket, openRemotePackBucket } = await import("./pack-bucket.ts");
  return options.remote
    ? openRemotePackBucket(WRANGLER_CONFIG)
    : await openLocalPackBucket(WRANGLER_CONFIG, options.persistTo ?? LOCAL_STATE);
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
    await bucket.write(manifestKey(pack.manifest.id), pack.manifestPath);
  });
  return {
    manifest: pack.manifest,
    bucketName: bucket.name,
    blobsWritten,
    blobsKept: pack.blobs.length - blobsWritten,
  };
}

/** Adds `install` to the `pack` command. */
export function registerInstall(packCommand: Command): void {
  packCommand
    .command("install")
    .description("put a built pack into the bucket that the Worker reads, or into a directory")
    .argument("<dir>", "the directory that 'pack build' wrote")
    .option("--remote", "into the R2 bucket of your Cloudflare account, not the local one")
    .option("--persist-to <dir>", "wrangler's local state, as 'wrangler dev --persist-to' names it")
    .addOption(
      new Option("--directory <dir>", "into what a Node server reads as PACKS").conflicts([
        "remote",
        "persistTo",
      ]),
    )
    .action(async (directory: string, options: InstallOptions) => {
      console.log(summaryOf(await installPack(directory, options)));
    });
}

function summaryOf({ manifest, bucketName, blobsWritten, blobsKept }: Installation): string {
  const weights = manifest.weights === "synthetic" ? " (synthetic weights)" : "";
  return `Installed ${manifest.id}${weights} in ${bucketName}: ${blobsWritten} blobs written, ${blobsKept} already there.`;
}
