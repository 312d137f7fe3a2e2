/** Reads POST /v1/jobs: a clip or its URL, or two for a comparison, and options. */
import { sha256Of } from "../../crypto/digest.ts";
import type { ClipSource, GivenClip } from "../../jobs/submit.ts";
import { givenClips } from "../../jobs/submit.ts";
import type { Platform } from "../../platform/platform.ts";
import type { BodyTerms } from "../request/body/body.ts";
import { isJson } from "../request/json-body.ts";
import { type JobDestination, readJobFiles } from "./files.ts";
import { type AskedOptions, type GivenOptions, readJobOptions } from "./options.ts";
import { readJobUrls } from "./urls.ts";

/** A job as it is asked for. */
export interface AskedJob extends AskedOptions {
  readonly source: ClipSource;
  /** SHA-256 of what is asked for: the same however it is written down. */
  readonly fingerprint: string;
}

/**
 * Reads the request; a JSON body names URLs of clips, any other body is the clip or a form with it, as at the endpoint of
 * the task. Clips are stored at `destination`.
 * @throws UndertoneError what `readJobUrls`, `readJobFiles` and `readJobOptions` throw.
 */
export async function readJobRequest(
  platform: Platform,
  request: Request,
  terms: BodyTerms,
  query: GivenOptions,
  destination: JobDestination,
): Promise<AskedJob> {
  const { source, given } = isJson(request)
    ? await readJobUrls(platform, request, terms, query)
    : await readJobFiles(destination, request, terms, query);
  const asked = readJobOptions(platform, query, given);
  return { ...asked, source, fingerprint: await fingerprintOf(source, asked) };
}

async function fingerprintOf(source: ClipSource, asked: AskedOptions): Promise<string> {
  const clips = await Promise.all(givenClips(source).map(clipPrint));
  const options = Object.entries(asked.options).sort();
  const content = JSON.stringify([clips, options, asked.metadata, asked.callbackUrl]);
  return sha256Of(new TextEncoder().encode(content));
}

async function clipPrint(given: GivenClip): Promise<unknown> {
  if (given.kind !== "upload") return given;
  return given.clip instanceof Uint8Array ? await sha256Of(given.clip) : given.clip.sha256;
}
