/** The body of POST /v1/jobs in JSON: where the clips are. */
import { z } from "@hono/zod-openapi";
import type { GivenClip } from "../../jobs/submit.ts";
import { JOB_TASKS } from "../../jobs/tasks/tasks.ts";
import { checkUrl } from "../../outbound/check-url.ts";
import type { Platform } from "../../platform/platform.ts";
import { taskNameOf } from "../../tasks/names.ts";
import type { BodyTerms } from "../request/body/body.ts";
import { asText, malformedJson, readJson } from "../request/json-body.ts";
import type { GivenOptions, JobBody } from "./options.ts";

const EXAMPLE = '{"audio_url": "https://…", "pool": "mean"}';
const PAIR_EXAMPLE = '{"task": "comparison", "a_url": "https://…", "b_url": "https://…"}';

const JobBodySchema = z.looseObject({
  audio_url: z.string().optional(),
  /** As `audio_url`. */
  audio: z.strictObject({ url: z.string() }).optional(),
  a_url: z.string().optional(),
  b_url: z.string().optional(),
});

/**
 * Reads the URLs of a job's clips, and its options.
 * @throws UndertoneError `malformed-json`, `body-too-large`, `url-not-allowed`, `invalid-option` for an unknown task.
 */
export async function readJobUrls(
  { urlRules }: Platform,
  request: Request,
  terms: BodyTerms,
  query: GivenOptions,
): Promise<JobBody> {
  const parsed = JobBodySchema.safeParse(await readJson(request, terms, EXAMPLE));
  if (!parsed.success) throw malformedJson(EXAMPLE, parsed.error);
  const { audio, audio_url, a_url, b_url, metadata, ...options } = parsed.data;
  const given: GivenOptions = {
    ...asText(options),
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
  };
  const place = (url: string): GivenClip => ({ kind: "url", url: checkUrl(url, urlRules).href });
  const alone = [audio_url, audio?.url].filter((url) => url !== undefined);
  const paired = [a_url, b_url].filter((url) => url !== undefined);
  if (JOB_TASKS[taskNameOf({ ...given, ...query })].isOfPairs) {
    const [a, b] = paired;
    if (a === undefined || b === undefined || alone.length > 0) throw malformedJson(PAIR_EXAMPLE);
    return { source: { kind: "pair", a: place(a), b: place(b) }, given };
  }
  const [url] = alone;
  if (url === undefined || alone.length + paired.length > 1) throw malformedJson(EXAMPLE);
  return { source: place(url), given };
}
