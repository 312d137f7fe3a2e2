/** Buckets of packs: wrangler's local R2, or the bucket of a Cloudflare account. */
import { readFile } from "node:fs/promises";
import { unstable_readConfig } from "wrangler";
import { sha256Of } from "../../crypto/digest.ts";
import { UndertoneError } from "../../errors.ts";
import { readSettings } from "../../platform/settings.ts";
import type { Store } from "../../store/store.ts";
import { openLocalState } from "../wrangler/local.ts";
import { runWrangler } from "../wrangler/run.ts";
import { cloudflareBucket } from "./cloudflare.ts";

/** The binding of wrangler.toml under which the Worker finds its packs. */
const PACKS_BINDING = "PACKS";

/** A bucket that packs are installed in. */
export interface PackBucket {
  readonly name: string;
  /** The same, for what fits into memory. */
  readonly store: Store;
  /** The default model that a deployment's own settings name; empty if they name none, or are not known. */
  readonly configuredDefault: string;
  /** True if the bucket already holds, undamaged, the bytes under `key`. */
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
  const { packs: store, close } = await openLocalState(configPath, stateDirectory);
  return {
    name: "the local bucket",
    store,
    configuredDefault: configuredDefaultIn(configPath),
    async holds(key, sha256) {
      const bytes = await store.get(key);
      return bytes !== null && (await sha256Of(bytes)) === sha256;
    },
    write: async (key, path) => store.put(key, await readFile(path)),
    close,
  };
}

/** The account's own bucket: files through `wrangler r2 object put`, the rest through Cloudflare's API. */
export function openRemotePackBucket(configPath: string): PackBucket {
  const { bucket_name: bucket, jurisdiction } = bucketIn(configPath);
  return {
    name: `the bucket ${bucket} of your account`,
    store: cloudflareBucket(configPath, bucket, jurisdiction),
    configuredDefault: configuredDefaultIn(configPath),
    // Asking costs as much as writing: the API gives whole objects only.
    holds: async () => false,
    async write(key, path) {
      const placed = jurisdiction === undefined ? [] : ["--jurisdiction", jurisdiction];
      const args = ["r2", "object", "put", `${bucket}/${key}`, "--file", path, ...placed];
      const run = await runWrangler([...args, "--remote", "--force", "--config", configPath]);
      if (run.status !== 0) throw remoteFailed(run.output);
    },
    close: async () => {},
  };
}

interface ConfiguredBucket {
  readonly binding: string;
  readonly bucket_name: string;
  readonly jurisdiction?: string;
}

/** What a configuration says of the bucket behind the binding. */
function bucketIn(configPath: string): ConfiguredBucket {
  const config: { readonly r2_buckets: readonly ConfiguredBucket[] } = unstable_readConfig({
    config: configPath,
  });
  const bucket = config.r2_buckets.find(({ binding }) => binding === PACKS_BINDING);
  if (bucket === undefined) {
    throw new UndertoneError(
      "internal",
      `${configPath} binds no R2 bucket as ${PACKS_BINDING}: add one.`,
    );
  }
  return bucket;
}

/** The value of DEFAULT_MODEL in wrangler.toml. */
function configuredDefaultIn(configPath: string): string {
  return readSettings({ ...unstable_readConfig({ config: configPath }).vars }).defaultModel;
}

function remoteFailed(output: string): UndertoneError {
  return new UndertoneError(
    "internal",
    `wrangler could not write to R2; log in with 'npx wrangler login' or set CLOUDFLARE_API_TOKEN and ` +
      `CLOUDFLARE_ACCOUNT_ID, and make the bucket with 'npx wrangler r2 bucket create'. It said:\n${output}`,
  );
}
