/** Whose jobs and batches a request may see: those of its key's owner, those of nobody, and what its link was signed for. */
import type { Context } from "hono";
import { UndertoneError } from "../../errors.ts";
import type { Batch } from "../../jobs/batch/batch.ts";
import { readBatch } from "../../jobs/batch/table.ts";
import type { Job } from "../../jobs/job.ts";
import { readJob } from "../../jobs/table.ts";
import { refuseLink } from "../../jobs/work/signed-url.ts";
import type { Platform } from "../../platform/platform.ts";
import type { AppEnv } from "../context.ts";

type Owned = Pick<Job, "owner" | "urlSecret">;

/** @throws UndertoneError `unknown-job`, also for a job of somebody else; `link-invalid`. */
export async function readOwnJob(platform: Platform, c: Context<AppEnv>, id: string): Promise<Job> {
  return requireOwn(platform, c, await readJob(platform, id), unknownJob(id));
}

/** @throws UndertoneError `unknown-batch`, also for a batch of somebody else; `link-invalid`. */
export async function readOwnBatch(
  platform: Platform,
  c: Context<AppEnv>,
  id: string,
): Promise<Batch> {
  const unknown = new UndertoneError("unknown-batch", `There is no batch ${id}.`);
  return requireOwn(platform, c, await readBatch(platform, id), unknown);
}

/** The error of an id that stands for no job, or for somebody else's. */
export function unknownJob(id: string): UndertoneError {
  return new UndertoneError(
    "unknown-job",
    `There is no job ${id}. GET /v1/jobs lists those there are.`,
  );
}

async function requireOwn<Thing extends Owned>(
  platform: Platform,
  c: Context<AppEnv>,
  thing: Thing | null,
  unknown: UndertoneError,
): Promise<Thing> {
  const caller = c.get("caller");
  if (caller === undefined) {
    // Only a link was shown; for what does not exist, it is no more valid than a forged one.
    const url = new URL(c.req.url);
    const secret = thing?.urlSecret ?? crypto.randomUUID();
    const refusal = await refuseLink(url, platform.now(), secret);
    if (thing === null || refusal !== null) throw badLink();
    return thing;
  }
  if (thing === null || (thing.owner !== null && thing.owner !== caller.owner)) throw unknown;
  return thing;
}

function badLink(): UndertoneError {
  return new UndertoneError(
    "link-invalid",
    "The link was changed, has expired, or leads to what was deleted. Ask with an API key instead.",
  );
}
