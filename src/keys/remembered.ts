/** Keys as requests look them up: remembered for a while, so that most wait for no database. */
import type { Database } from "../database/database.ts";
import { createMemory } from "../remember.ts";
import { type ApiKey, findKey, hasKeys } from "./table.ts";
import type { ParsedToken } from "./token.ts";

/** Looks keys up. */
export interface Keys {
  /** The key whose token was given; `null` if there is none, or it was revoked more than `rememberMs` ago. */
  find(given: ParsedToken): Promise<ApiKey | null>;
  /** True if any key exists, or did within `rememberMs`. */
  haveAny(): Promise<boolean>;
}

/** The parts of a lookup. */
export interface KeysParts {
  readonly database: Database;
  /** Where regions share the keys that have no home: their database. */
  readonly sharedKeys?: Database | undefined;
  readonly rememberMs: number;
  now(): number;
  /** Lets work go on after the answer has been sent. */
  keepAlive(work: Promise<unknown>): void;
}

/** Keys that are remembered at once; the oldest are looked up again. */
const MOST_KEYS = 1000;

/**
 * Looks keys up: those with a home in `database`, others in `sharedKeys` if there is such a database. The first request of a key is answered by whichever replica is nearest, which may be seconds
 * old; meanwhile the primary is asked, and only what it says is remembered. Tokens that are no keys are never remembered.
 */
export function rememberedKeys({
  database,
  sharedKeys = database,
  rememberMs,
  now,
  keepAlive,
}: KeysParts): Keys {
  const keys = createMemory<ApiKey>({ forMs: rememberMs, most: MOST_KEYS, now });
  const haveAny = createMemory<true>({ forMs: rememberMs, most: 1, now });

  const databaseOf = ({ home }: ParsedToken) => (home === null ? sharedKeys : database);
  const databases = [...new Set([sharedKeys, database])];

  const askPrimary = async (given: ParsedToken): Promise<ApiKey | null> => {
    const key = await findKey(databaseOf(given), given);
    if (key === null) keys.forget(given.tokenSha256);
    else keys.set(given.tokenSha256, key);
    return key;
  };

  return {
    async find(given) {
      const known = keys.get(given.tokenSha256);
      if (known !== undefined) return known;
      const nearby = await findKey({ first: databaseOf(given).firstNearby }, given);
      // A key that was just made may not have come to the replica yet.
      if (nearby === null) return await askPrimary(given);
      // What fails here is asked for again by the next request.
      keepAlive(askPrimary(given).catch(() => {}));
      return nearby;
    },
    haveAny: async () =>
      (await haveAny.recall("any", async () => {
        const found = await Promise.all(databases.map(hasKeys));
        return found.includes(true) ? true : null;
      })) ?? false,
  };
}
