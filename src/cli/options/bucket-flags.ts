/** The flags that select a command's store of packs: local bucket, remote bucket or directory. */
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { PackBucket } from "../bucket/bucket.ts";
import { openPackDirectoryBucket } from "../bucket/directory.ts";

/** The repository's root, which holds wrangler.toml and wrangler's local state. */
const REPOSITORY = join(import.meta.dirname, "../../..");
const WRANGLER_CONFIG = join(REPOSITORY, "wrangler.toml");
/** The directory of `npm start`'s local bucket. */
export const LOCAL_STATE = join(REPOSITORY, ".wrangler/state");

/** The flags that choose a bucket; the local one if all are left out. */
export interface BucketFlags {
  /** The account's own bucket. */
  readonly remote?: boolean;
  /** That of an environment such as `staging`. */
  readonly env?: string;
  /** That of a region of ops/regions.json. */
  readonly region?: string;
  /** wrangler's local state, the repository's `.wrangler/state` if left out. */
  readonly persistTo?: string;
  /** A Node server's directory instead of a bucket. */
  readonly directory?: string;
}

/** Adds the flags to a command. */
export function withBucketFlags(command: Command): Command {
  return command
    .option("--remote", "use the R2 bucket of your Cloudflare account instead of the local one")
    .addOption(environmentOption())
    .addOption(regionOption())
    .option("--persist-to <dir>", "wrangler's local state, as 'wrangler dev --persist-to' names it")
    .addOption(
      new Option(
        "--directory <dir>",
        "use the directory that a Node server reads as PACKS",
      ).conflicts(["remote", "persistTo"]),
    );
}

/** Has `work` done on the chosen bucket. */
export async function withPackBucket<Result>(
  flags: BucketFlags,
  work: (bucket: PackBucket) => Promise<Result>,
): Promise<Result> {
  const bucket = await openBucket(flags);
  try {
    return await work(bucket);
  } finally {
    await bucket.close();
  }
}

async function openBucket(flags: BucketFlags): Promise<PackBucket> {
  if (flags.directory !== undefined) return openPackDirectoryBucket(flags.directory);
  // wrangler takes a second to load, which no other command should wait for.
  const { openLocalPackBucket, openRemotePackBucket } = await import("../bucket/bucket.ts");
  if (flags.remote) {
    const { configOfFlags } = await import("../deploy/region-configs.ts");
    return openRemotePackBucket(await configOfFlags(flags));
  }
  return await openLocalPackBucket(WRANGLER_CONFIG, flags.persistTo ?? LOCAL_STATE);
}

/** The flag that chooses an environment of the account. */
export function environmentOption(): Option {
  return new Option("--env <name>", "the same of the environment that 'npm run deploy' made")
    .implies({ remote: true })
    .conflicts("persistTo");
}

/** The flag that chooses a region of the account. */
export function regionOption(): Option {
  return new Option(
    "--region <name>",
    "the same of a region that 'npm run deploy -- --regions' made",
  )
    .implies({ remote: true })
    .conflicts(["env", "persistTo"]);
}
