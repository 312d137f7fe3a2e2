/** GET /readyz: whether the service can compute now: its default pack, its databases and its files. */

import { sql } from "../../database/database.ts";
import { within } from "../../deadline.ts";
import { UndertoneError } from "../../errors.ts";
import { once } from "../../once.ts";
import type { Platform } from "../../platform/platform.ts";
import { createMemory } from "../../remember.ts";
import { PUBLIC } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { endpoint } from "../endpoint.ts";
import { ReadinessSchema } from "./schema.ts";

/** Nobody needs a key to ask, so outcomes are remembered: storage is read once in this time, however often it is asked. */
const REMEMBER_MS = 2000;

/** A service that does not answer for so long is not ready. */
const TIMEOUT_MS = 5000;

/** What each part has to say: `ok`, or the slug of what is wrong. */
interface Checks {
  readonly pack: string;
  readonly database: string;
  /** Of the database that regions share; left out without one. */
  readonly keys?: string;
  readonly files: string;
}

/** Answers `ready`, or the problem `not-ready` with what is wrong. */
export const getReadiness = endpoint({
  route: {
    method: "get",
    path: "/readyz",
    operationId: "getReadiness",
    summary: "Checks that the service can compute",
    description: `Finds the default pack and reads from the database, that of keys which regions share, and the storage of files, once for all who ask meanwhile. The outcome is remembered for ${REMEMBER_MS / 1000} s.`,
    tags: ["service"],
    responses: { 200: json(ReadinessSchema, "The service is ready"), ...PROBLEM_RESPONSES },
  },
  scope: PUBLIC,
  handle(platform) {
    const remembered = createMemory<Checks>({ forMs: REMEMBER_MS, most: 1, now: platform.now });
    // All who ask meanwhile wait for the same reads: a storage that hangs is not asked once for each of them.
    const checkOnce = once(() => check(platform).finally(() => void checkOnce.forget()));
    const region = platform.settings.region || undefined;
    return async (c) => {
      const checks = await remembered.recall("checks", checkOnce);
      const wrong = Object.entries(checks).filter(([, outcome]) => outcome !== "ok");
      c.header("Cache-Control", "no-store");
      if (wrong.length === 0) return c.json({ status: "ready" as const, region, checks }, 200);
      const said = wrong.map(([part, outcome]) => `${part}: ${outcome}`).join(", ");
      throw new UndertoneError(
        "not-ready",
        `The service cannot compute now (${said}): its operator finds the reason in the log or by 'npx undertone doctor'.`,
        { region, checks },
      );
    };
  },
});

async function check({ models, database, sharedKeys, files }: Platform): Promise<Checks> {
  const [pack, rows, keys, stored] = await Promise.all([
    outcomeOf(() => models.find()),
    outcomeOf(() => database.first(sql`SELECT id FROM jobs LIMIT 1`)),
    sharedKeys && outcomeOf(() => sharedKeys.first(sql`SELECT id FROM api_keys LIMIT 1`)),
    // No such object: nothing but the answer is read.
    outcomeOf(() => files.get("readyz")),
  ]);
  return { pack, database: rows, ...(keys !== undefined && { keys }), files: stored };
}

/** `ok`, or the slug of the error; `timeout` if there is no answer in time. */
async function outcomeOf(read: () => Promise<unknown>): Promise<string> {
  const answered = read().then(
    () => "ok",
    (error) => (error instanceof UndertoneError ? error.slug : "internal"),
  );
  return within(TIMEOUT_MS, answered, () => "timeout");
}
