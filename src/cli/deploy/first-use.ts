/** The last steps of a first deployment: a model, a key, and the proof that it works. */
import { createKey, listKeys, revokeKey } from "../../keys/table.ts";
import { examine } from "../doctor/examine.ts";
import { table } from "../doctor/table.ts";
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
/** A new address takes a while until it leads to the Worker. */
const REACHED_WITHIN_MS = 90_000;
const ASK_AGAIN_MS = 3000;

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

/** Examines the service with a key of its own, which is revoked afterwards; `false` if something is broken. */
export async function proveIt(deployed: Deployed, url: URL, tell: Tell): Promise<boolean> {
  return await withDatabase(deployed, async (database) => {
    const request = { scopes: ["self-test"] as const, requestsPerMinute: REQUESTS_PER_MINUTE };
    const { key, token } = await createKey(database, request, Date.now());
    try {
      const until = Date.now() + REACHED_WITHIN_MS;
      for (;;) {
        const diagnosis = await examine({ url, key: token, now: Date.now });
        const isReached = diagnosis.checks.length > 1;
        if (isReached || Date.now() > until) {
          tell(table(diagnosis));
          return diagnosis.status !== "broken";
        }
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    } finally {
      await revokeKey(database, key.id, Date.now());
    }
  });
}
