/** The last steps of each deployment: a clip that warms it up, and the proof that it works. */
import { createKey, revokeKey } from "../../keys/table.ts";
import { examine } from "../doctor/examine.ts";
import { table } from "../doctor/table.ts";
import { withDatabase } from "../options/database-flags.ts";
import type { Deployed } from "./first-use.ts";
import type { Tell } from "./tools.ts";
import { warmUp } from "./warm-up.ts";

const REQUESTS_PER_MINUTE = 60;
/** A new address takes a while until it leads to the Worker. */
const REACHED_WITHIN_MS = 90_000;
const ASK_AGAIN_MS = 3000;
const HEALTH_WITHIN_MS = 10_000;

/**
 * Warms up what was deployed, and examines it; that would hide what is cold if it came first.
 * @param url `null` if it is not known
 * @param regions those behind it; none for a Worker alone
 * @returns false if something is broken
 */
export async function tryOut(
  deployed: Deployed,
  url: URL | null,
  regions: readonly string[],
  tell: Tell,
): Promise<boolean> {
  if (url === null) {
    tell("wrangler names no address: run 'npx undertone doctor' with the Worker's.");
    return true;
  }
  await untilReached(url);
  return await withOwnKey(deployed, async (key) => {
    await warmUp({ url, key, regions }, tell);
    return proveIt(url, key, tell);
  });
}

/** Warms up one region; whatever goes wrong is told, and is no error: the region is deployed. */
export async function warmUpRegion(
  deployed: Deployed,
  url: URL | null,
  region: string,
  tell: Tell,
): Promise<void> {
  if (url === null) {
    return tell(
      `${region}: warm-up: the service's address is not known; give --domain, or set PUBLIC_ORIGIN in wrangler.toml`,
    );
  }
  try {
    await withOwnKey(deployed, (key) => warmUp({ url, key, regions: [region] }, tell));
  } catch (error) {
    tell(`${region}: warm-up: no key could be made for it: ${(error as Error).message}`);
  }
}

/** Has `use` use a key of its own, which is revoked afterwards. */
async function withOwnKey<Result>(
  deployed: Deployed,
  use: (token: string) => Promise<Result>,
): Promise<Result> {
  return await withDatabase(deployed, async (database) => {
    const scopes = ["features", "self-test"] as const;
    const request = { scopes, requestsPerMinute: REQUESTS_PER_MINUTE };
    const { key, token } = await createKey(database, request, Date.now());
    try {
      return await use(token);
    } finally {
      await revokeKey(database, key.id, Date.now());
    }
  });
}

/** Waits until the service answers at its address, for a minute and a half at most. */
async function untilReached(url: URL): Promise<void> {
  const until = Date.now() + REACHED_WITHIN_MS;
  const isReached = () =>
    fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(HEALTH_WITHIN_MS) }).then(
      async ({ ok, body }) => {
        await body?.cancel();
        return ok;
      },
      () => false,
    );
  while (!(await isReached()) && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** Examines the service with a key of scope self-test; `false` if something is broken. */
async function proveIt(url: URL, key: string, tell: Tell): Promise<boolean> {
  const diagnosis = await examine({ url, key, now: Date.now });
  tell(table(diagnosis));
  return diagnosis.status !== "broken";
}
