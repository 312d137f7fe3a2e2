/** Says of a clip that is too long for an answer at once that a job takes it, and which request makes that job. */
import type { Context } from "hono";
import { UndertoneError } from "../../errors.ts";
import { limitsOfJobs, limitsOfWhole } from "../../jobs/work/compute.ts";
import type { Platform } from "../../platform/platform.ts";
import type { TaskName } from "../../tasks/names.ts";
import type { AppEnv } from "../context.ts";

/**
 * Runs `work`, the preparation of a request's clip.
 * @param task null for what no job does
 * @throws UndertoneError what `work` throws; its `clip-too-long` with the path of the job in `job`.
 */
export async function suggestingJob<Result>(
  { settings }: Platform,
  c: Context<AppEnv>,
  task: TaskName | null,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const { maxClipSeconds } = settings;
    const limits = task === "comparison" ? limitsOfWhole(settings) : limitsOfJobs(settings);
    const maxJobSeconds = limits.maxClipSeconds;
    const isForJob =
      task !== null &&
      cause instanceof UndertoneError &&
      cause.slug === "clip-too-long" &&
      "maxClipSeconds" in cause.extensions &&
      maxJobSeconds > maxClipSeconds;
    if (!isForJob) throw cause;
    const query = new URL(c.req.url).searchParams;
    const job = `/v1/jobs?${new URLSearchParams([["task", task], ...query])}`;
    throw new UndertoneError(
      cause.slug,
      `${cause.message} A job takes up to ${maxJobSeconds} s: send the same body to POST ${job}.`,
      { ...cause.extensions, maxJobSeconds, job },
      { cause },
    );
  }
}
