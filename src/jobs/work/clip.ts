/** Gets at the clips of a job. */
import { UndertoneError } from "../../errors.ts";
import { fetchClip } from "../../outbound/fetch-clip.ts";
import type { JobContext } from "../context.ts";
import { clipsOf, type Job, type JobClip } from "../job.ts";

const FETCH_TIMEOUT_MS = 60_000;

/**
 * The bytes of a job's clips. What a URL gives is kept until the job is over, so that every try is about the same bytes.
 * @throws UndertoneError `clip-gone` if one is stored no more; what `fetchClip` throws.
 */
export async function readClips(context: JobContext, job: Job): Promise<Uint8Array[]> {
  const clips: Uint8Array[] = [];
  for (const clip of clipsOf(job)) clips.push(await readClip(context, clip));
  return clips;
}

async function readClip(context: JobContext, { key, place }: JobClip): Promise<Uint8Array> {
  switch (place.kind) {
    case "upload":
      return (await context.files.get(key)) ?? missing("The uploaded clip");
    case "url":
      return (await context.files.get(key)) ?? (await fetchAndKeep(context, key, place.url));
    case "object": {
      const clip = await context.bucket?.read(place.key, place.etag);
      const version = place.etag === null ? "The object" : `Version ${place.etag} of the object`;
      return clip ?? missing(`${version} ${place.key}`);
    }
  }
}

async function fetchAndKeep(context: JobContext, key: string, url: string): Promise<Uint8Array> {
  const clip = await fetchClip(url, context.send, {
    maxBytes: context.settings.maxClipBytes,
    timeoutMs: FETCH_TIMEOUT_MS,
  });
  await context.files.put(key, clip);
  return clip;
}

function missing(what: string): never {
  throw new UndertoneError("clip-gone", `${what} is stored no more. Hand the clip in again.`);
}
