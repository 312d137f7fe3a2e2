/** Gets at the clip of a job. */
import { UndertoneError } from "../../errors.ts";
import { fetchClip } from "../../outbound/fetch-clip.ts";
import type { JobContext } from "../context.ts";
import { clipKey, type Job } from "../job.ts";

const FETCH_TIMEOUT_MS = 60_000;

/**
 * The bytes of a job's clip. What a URL gives is kept until the job is over, so that every try is about the same bytes.
 * @throws UndertoneError `clip-gone` if it is stored no more; what `fetchClip` throws.
 */
export async function readClip(context: JobContext, job: Job): Promise<Uint8Array> {
  const { source } = job;
  switch (source.kind) {
    case "upload":
      return (await context.files.get(clipKey(job.id))) ?? missing("The uploaded clip");
    case "url":
      return (
        (await context.files.get(clipKey(job.id))) ??
        (await fetchAndKeep(context, job.id, source.url))
      );
    case "object": {
      const clip = await context.bucket?.read(source.key, source.etag);
      return clip ?? missing(`Version ${source.etag} of the object ${source.key}`);
    }
  }
}

async function fetchAndKeep(context: JobContext, id: string, url: string): Promise<Uint8Array> {
  const clip = await fetchClip(url, context.send, {
    maxBytes: context.settings.maxClipBytes,
    timeoutMs: FETCH_TIMEOUT_MS,
  });
  await context.files.put(clipKey(id), clip);
  return clip;
}

function missing(what: string): never {
  throw new UndertoneError("clip-gone", `${what} is stored no more. Hand the clip in again.`);
}
