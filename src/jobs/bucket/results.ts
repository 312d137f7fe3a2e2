/** Results of bucket objects, written below another prefix of the same bucket. */
import type { JobContext } from "../context.ts";
import type { Job } from "../job.ts";
import type { WrittenResult } from "../work/work.ts";

/** The key of the object that made a job; `null` for other jobs. */
export function bucketObjectOf({ source }: Job): string | null {
  const place = source.kind === "pair" ? source.a : source;
  return place.kind === "object" ? place.key : null;
}

/** Writes a job's result as `<out prefix><the object's path>.<extension>`; jobs of other sources have no such place. */
export async function writeToBucket(
  { bucket, settings }: JobContext,
  job: Job,
  { extension, mediaType, parts }: WrittenResult,
): Promise<void> {
  const key = bucketObjectOf(job);
  if (key === null || bucket === null) return;
  const path = key.slice(settings.bucketInPrefix.length);
  await bucket.write(`${settings.bucketOutPrefix}${path}.${extension}`, piecesOf(parts), mediaType);
}

/** The file that is written in place of the result of a failed job: `<path>.problem.json`. */
export function writtenProblem({ id, problem }: Job): WrittenResult {
  const members = {
    ...(problem && { type: `/problems/${problem.slug}`, detail: problem.detail }),
    job_id: id,
  };
  return {
    extension: "problem.json",
    mediaType: "application/problem+json",
    parts: [new TextEncoder().encode(JSON.stringify(members))],
  };
}

async function* piecesOf(parts: WrittenResult["parts"]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
