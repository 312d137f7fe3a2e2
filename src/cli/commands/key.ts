/** `undertone key`: creates, lists and revokes API keys. */
import { type Command, InvalidArgumentError } from "commander";
import { UndertoneError } from "../../errors.ts";
import { MAX_REQUESTS_PER_MINUTE } from "../../keys/rate-limit.ts";
import {
  type ApiKey,
  createKey,
  listKeys,
  revokeKey,
  SCOPES,
  type Scope,
} from "../../keys/table.ts";
import { isHome } from "../../keys/token.ts";
import { type DatabaseFlags, withDatabase, withDatabaseFlags } from "../options/database-flags.ts";

interface CreateFlags extends DatabaseFlags {
  readonly scope: readonly Scope[];
  readonly rate: number;
  readonly name?: string;
  readonly home?: string;
}

/** Adds the command `key` with `create`, `list` and `revoke`. */
export function registerKey(program: Command): void {
  const key = program.command("key").description("manage API keys");

  withDatabaseFlags(
    key
      .command("create")
      .description("create an API key and print it; it cannot be shown again")
      .requiredOption("--scope <scopes>", `permitted scopes: ${SCOPES.join(",")}`, parseScopes)
      .option(
        "--rate <rate>",
        `requests per minute, such as 60/m, at most ${MAX_REQUESTS_PER_MINUTE}/m`,
        parseRate,
        60,
      )
      .option(
        "--name <name>",
        "owner; keys of one owner share jobs (default: the key's id)",
        parseName,
      )
      .option(
        "--home <region>",
        "bind the key to a region; with --remote it is written to that region's database alone",
        parseHome,
      ),
  ).action(async ({ scope, rate, name, home, ...flags }: CreateFlags) => {
    const request = { owner: name, scopes: scope, requestsPerMinute: rate, home };
    const { key, token } = await withDatabase(ofHome(flags, home), (database) =>
      createKey(database, request, Date.now()),
    );
    console.error(`Created the key ${describe(key)}. It is shown this once:`);
    console.log(token);
  });

  withDatabaseFlags(key.command("list").description("list all keys, without their secrets")).action(
    async (flags: DatabaseFlags) => {
      const keys = await withDatabase(flags, listKeys);
      console.log(keys.length === 0 ? "There are no keys." : keys.map(describe).join("\n"));
    },
  );

  withDatabaseFlags(
    key
      .command("revoke")
      .description("revoke a key, effective within 30 s")
      .argument("<id>", "key id as listed by 'key list': the part after ut_"),
  ).action(async (id: string, flags: DatabaseFlags) => {
    const isRevoked = await withDatabase(flags, (database) => revokeKey(database, id, Date.now()));
    if (!isRevoked) {
      throw new UndertoneError(
        "key-invalid",
        `There is no key ${id} in use. 'undertone key list' lists the keys.`,
      );
    }
    console.log(`Revoked the key ${id}.`);
  });
}

/** Nobody else's database is to know of a key that is bound to a region. */
function ofHome(flags: DatabaseFlags, home: string | undefined): DatabaseFlags {
  const isPlaced = flags.region !== undefined || flags.env !== undefined;
  return home === undefined || !flags.remote || isPlaced ? flags : { ...flags, region: home };
}

function describe(key: ApiKey): string {
  const { id, owner, scopes, requestsPerMinute, home, createdAt, revokedAt } = key;
  const bound = home === null ? "" : ` home=${home}`;
  const revoked = revokedAt === null ? "" : ` revoked=${new Date(revokedAt).toISOString()}`;
  const created = new Date(createdAt).toISOString();
  return `${id} name=${owner} scope=${scopes.join(",")} rate=${requestsPerMinute}/m${bound} created=${created}${revoked}`;
}

function parseScopes(text: string): Scope[] {
  const names = text.split(",").map((name) => name.trim());
  const scopes = SCOPES.filter((scope) => names.includes(scope));
  if (names.every((name) => scopes.some((scope) => scope === name))) return scopes;
  throw new InvalidArgumentError(`It has to be some of ${SCOPES.join(",")}.`);
}

/** `60/m`. Cloudflare's counters know periods of ten seconds and of a minute only. */
function parseRate(text: string): number {
  const rate = Number(/^(\d{1,5})\/m$/.exec(text)?.[1]);
  if (rate >= 1 && rate <= MAX_REQUESTS_PER_MINUTE) return rate;
  throw new InvalidArgumentError(`It has to be 1/m to ${MAX_REQUESTS_PER_MINUTE}/m.`);
}

function parseHome(text: string): string {
  if (isHome(text)) return text;
  throw new InvalidArgumentError("It has to be the name of a region, such as eu.");
}

function parseName(text: string): string {
  if (/^[\w.@ -]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("It has to be 1 to 64 letters, digits, spaces or any of . _ @ -");
}
