/** What `wrangler dev` keeps on this machine: the buckets and the database of wrangler.toml, opened as a Worker has them. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { getPlatformProxy, unstable_readConfig, unstable_splitSqlQuery } from "wrangler";
import { d1Database } from "../../database/d1.ts";
import type { Database } from "../../database/database.ts";
import { r2Store } from "../../store/r2.ts";
import type { Store } from "../../store/store.ts";

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

/** As `wrangler d1 migrations apply` does, which starts workerd for each file: with its table, and each file whole or not at all. */
async function applyMigrations(d1: D1Database, directory: string): Promise<void> {
  await d1
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
      )`,
    )
    .run();
  const { results } = await d1.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const files = (await readdir(directory)).filter((name) => name.endsWith(".sql"));
  for (const name of files.sort().filter((file) => !applied.has(file))) {
    const statements = unstable_splitSqlQuery(await readFile(join(directory, name), "utf8"));
    await d1.batch([
      ...statements.map((statement) => d1.prepare(statement)),
      d1.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}
