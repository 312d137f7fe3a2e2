/** What a first deployment needs: a model and a key. */
import { createKey, listKeys } from "../../keys/table.ts";
import { withPackBucket } from "../options/bucket-flags.ts";
import { withDatabase } from "../options/database-flags.ts";
import { readOnlyRegistry } from "../packs/installed.ts";
import type { Tell } from "./tools.ts";

/** Chooses a deployment's bucket and database. */
export interface Deployed {
  readonly remote: true;
  readonly env?: string;
  /** The region whose bucket and database are meant. */
  readonly region?: string;
}

const REQUESTS_PER_MINUTE = 60;
/** Has `install` install a model if there is none. */
export async function firstModel(
  deployed: Deployed,
  install: () => Promise<void>,
  tell: Tell,
): Promise<void> {
  const { packs, unusable } = await withPackBucket(deployed, ({ store }) =>
    readOnlyRegistry(store).list(),
  );
  if (packs.length + unusable.length === 0) await install();
  const ids = packs.map(({ manifest }) => manifest.id);
  tell(`models: ${ids.length === 0 ? "the first one is installed" : ids.join(", ")}`);
}

/** Creates a key if there is none in use, and tells its token, which cannot be told again. */
export async function firstKey(deployed: Deployed, tell: Tell): Promise<void> {
  await withDatabase(deployed, async (database) => {
    const inUse = (await listKeys(database)).filter(({ revokedAt }) => revokedAt === null);
    if (inUse.length > 0) return tell(`keys: ${inUse.length} in use`);
    const scopes = ["features", "jobs", "self-test"] as const;
    const request = { owner: "operator", scopes, requestsPerMinute: REQUESTS_PER_MINUTE };
    const { token } = await createKey(database, request, Date.now());
    tell(`keys: the first one was created, and is shown this once:\n\n  ${token}\n`);
  });
}
