/** What `wrangler dev` keeps on this machine: the buckets and the database of wrangler.toml, opened as a Worker has them. */
import { dirname, join, resolve } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { getPlatformProxy, unstable_readConfig } from "wrangler";
import { d1Database } from "../../database/d1.ts";
import type { Database } from "../../database/database.ts";
import { r2Store } from "../../store/r2.ts";
import type { Store } from "../../store/store.ts";
import { applyMigrations } from "./migrations.ts";

const DATABASE = "DB";

/** A local state; other processes may have it open, too. */
export interface LocalState {
  /** The bucket of packs. */
  readonly packs: Store;
  /** The database, whose tables are made if they are missing, or brought up to date. */
  openDatabase(): Promise<Database>;
  close(): Promise<void>;
}

/** Opens the state of `stateDirectory`, which is what `wrangler dev --persist-to` names. */
export async function openLocalState(
  configPath: string,
  stateDirectory: string,
): Promise<LocalState> {
  // wrangler would ask Cloudflare for the values of Request.cf, which nothing here reads.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  const { env, dispose } = await getPlatformProxy({
    configPath,
    // `wrangler dev` keeps its state in a folder named after the version of its layout.
    persist: { path: join(stateDirectory, "v3") },
    remoteBindings: false,
  });
  return {
    packs: r2Store(env.PACKS),
    async openDatabase() {
      const database = d1Database(env[DATABASE]);
      await applyMigrations(env[DATABASE] as D1Database, migrationsOf(configPath));
      return database;
    },
    close: () => dispose(),
  };
}

function migrationsOf(configPath: string): string {
  const config: { d1_databases: { binding: string; migrations_dir?: string }[] } =
    unstable_readConfig({ config: configPath });
  const { migrations_dir: directory = "migrations" } =
    config.d1_databases.find(({ binding }) => binding === DATABASE) ?? {};
  return resolve(dirname(configPath), directory);
}
