/** Flags that choose the database of a command. */
import { join } from "node:path";
import type { Command } from "commander";
import type { Database } from "../../database/database.ts";
import { environmentOption, regionOption } from "./bucket-flags.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const WRANGLER_CONFIG = join(REPOSITORY, "wrangler.toml");
const MIGRATIONS = join(REPOSITORY, "migrations");
const LOCAL_STATE = join(REPOSITORY, ".wrangler/state");

/** The flags that choose one. */
export interface DatabaseFlags {
  readonly remote?: boolean;
  /** That of an environment such as `staging`. */
  readonly env?: string;
  /** That of a region of ops/regions.json. */
  readonly region?: string;
  readonly persistTo?: string;
  readonly database?: string;
}

/** Adds the flags to a command. */
export function withDatabaseFlags(command: Command): Command {
  return command
    .option("--remote", "use the D1 database of your Cloudflare account instead of the local one")
    .addOption(environmentOption())
    .addOption(regionOption())
    .option("--persist-to <dir>", "wrangler's local state, as 'wrangler dev --persist-to' names it")
    .option("--database <file>", "use the SQLite file of a Node server");
}

/** Has `work` done on the chosen database: by default the one of `npm start`. */
export async function withDatabase<Result>(
  { remote, env, region, persistTo = LOCAL_STATE, database: file }: DatabaseFlags,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  if (file !== undefined) return withFile(file, work);
  // wrangler takes a second to load, which no other command should wait for.
  if (!remote) {
    const { openLocalState } = await import("../wrangler/local.ts");
    const { openDatabase, close } = await openLocalState(WRANGLER_CONFIG, persistTo);
    return openDatabase().then(work).finally(close);
  }
  const { wranglerDatabase } = await import("../wrangler/database.ts");
  const { configOfFlags } = await import("../deploy/region-configs.ts");
  return work(wranglerDatabase(await configOfFlags({ env, region })));
}

/** Has `work` done on the SQLite file of a Node server. */
async function withFile<Result>(file: string, work: (database: Database) => Promise<Result>) {
  const { openSqliteDatabase } = await import("../../database/sqlite.ts");
  const database = openSqliteDatabase(file, MIGRATIONS);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}
