/** Where `pack install` puts a pack: wrangler's local R2, or the real bucket of an account. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { getPlatformProxy, unstable_readConfig } from "wrangler";
import { UndertoneError } from "../errors.ts";
import { sha256Of } from "../model/pack.ts";
import { r2Store } from "../store/r2.ts";
import type { Store } from "../store/store.ts";

/** The binding of wrangler.toml under which the Worker finds its packs. */
const PACKS_BINDING = "PACKS";

/** A bucket that packs can be written to. */
export interface PackBucket {
  readonly name: string;
  /** Whether the bucket already holds, undamaged, the bytes under `key`. */
  holds(key: string, sha256: string): Promise<boolean>;
  /** Writes the file at `path` under `key`. */
  write(key: string, path: string): Promise<void>;
  close(): Promise<void>;
}

/** wrangler's local bucket: `stateDirectory` is what `wrangler dev --persist-to` names. */
export async function openLocalPackBucket(
  configPath: string,
  stateDirectory: string,
): Promise<PackBucket> {
  const { store, close } = await openLocalBucket(configPath, stateDirectory);
  return {
    name: "the local bucket",
    async holds(key, sha256) {
      const bytes = await store.get(key);
      return bytes !== null && (await sha256Of(bytes)) === sha256;
    },
    write: async (key, path) => store.put(key, await readFile(path)),
    close,
  };
}

/** The same bucket as a store, for reading what is installed. */
export async function openLocalBucket(
  configPath: string,
  stateDirectory: string,
): Promise<{ store: Store; close(): Promise<void> }> {
  // wrangler would ask Cloudflare for the values of Request.cf, which nothing here reads.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  const proxy = await getPlatformProxy({
    configPath,
    // `wrangler dev` keeps its state in a folder named after the version of its layout.
    persist: { path: join(stateDirectory, "v3") },
    remoteBindings: false,
  });
  return { store: r2Store(proxy.env[PACKS_BINDING]), close: () => proxy.dispose() };
}

/** The account's own bucket, through `wrangler r2 object put`, which knows how to log in. */
export function openRemotePackBucket(configPath: string): PackBucket {
  const bucket = bucketNameIn(configPath);
  return {
    name: `the bucket ${bucket} of your account`,
    // Asking costs as much as writing: the API gives whole objects only.
    holds: async () => false,
    write: (key, path) =>
      runWrangler(configPath, ["r2", "object", "put", `${bucket}/${key}`, "--file", path]),
    close: async () => {},
  };
}

/** The name that wrangler.toml gives the bucket behind the binding. */
function bucketNameIn(configPath: string): string {
  const config: { r2_buckets: { binding: string; bucket_name: string }[] } = unstable_readConfig({
    config: configPath,
  });
  const bucket = config.r2_buckets.find(({ binding }) => binding === PACKS_BINDING);
  if (bucket === undefined) {
    throw new UndertoneError(
      "internal",
      `${configPath} binds no R2 bucket as ${PACKS_BINDING}: add one.`,
    );
  }
  return bucket.bucket_name;
}

/** The path of wrangler's own command. */
export function wranglerCommand(): string {
  const packageJson = createRequire(import.meta.url).resolve("wrangler/package.json");
  return join(dirname(packageJson), "bin/wrangler.js");
}

async function runWrangler(configPath: string, args: readonly string[]): Promise<void> {
  const child = spawn(
    process.execPath,
    [wranglerCommand(), ...args, "--remote", "--force", "--config", configPath],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { WRANGLER_SEND_METRICS: "false", ...process.env, WRANGLER_HIDE_BANNER: "true" },
    },
  );
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  const status = await new Promise((resolve, reject) =>
    child.on("error", reject).on("close", resolve),
  );
  if (status !== 0) throw remoteFailed(output.trim());
}

function remoteFailed(output: string): UndertoneError {
  return new UndertoneError(
    "internal",
    `wrangler could not write to R2; log in with 'npx wrangler login' or set CLOUDFLARE_API_TOKEN and ` +
      `CLOUDFLARE_ACCOUNT_ID, and make the bucket with 'npx wrangler r2 bucket create'. It said:\n${output}`,
  );
}
