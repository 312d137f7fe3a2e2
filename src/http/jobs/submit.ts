/** POST /v1/jobs: a clip, or its URL, to be computed later. */
import { requireDeclaredFits } from "../../audio/budget/declared-seconds.ts";
import { newId } from "../../crypto/ids.ts";
import { onlyOnce } from "../../jobs/idempotency.ts";
import { clipsOf } from "../../jobs/job.ts";
import { givenClips, submitJob as submit } from "../../jobs/submit.ts";
import { readJob } from "../../jobs/table.ts";
import { limitsOfJobs, limitsOfWhole } from "../../jobs/work/compute.ts";
import { requireSigningSecret } from "../../webhooks/secrets.ts";
import { keyWith } from "../access/access.ts";
import { unknownJob } from "../access/own.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { endpoint } from "../endpoint.ts";
import { clipContent, optionProperties } from "../request/clip-body.ts";
import { IdempotencyHeadersSchema, readIdempotencyKey } from "../request/idempotency-key.ts";
import { describeJob } from "./answer.ts";
import { fitToModel } from "./options.ts";
import { readJobRequest } from "./request.ts";
import { JobOptionsSchema, JobSchema } from "./schema.ts";
import { discardingUploads, jobUploads } from "./uploads.ts";

const URI = { type: "string", format: "uri" } as const;

/** `urls.ts` parses it. */
const JOB_BODY = {
  type: "object" as const,
  properties: {
    audio_url: { ...URI, description: "An https URL of the clip." },
    audio: {
      type: "object" as const,
      required: ["url"],
      additionalProperties: false,
      properties: { url: { ...URI, description: "The same, as it was written before." } },
      deprecated: true,
    },
    a_url: { ...URI, description: "Of task=comparison: an https URL of one clip." },
    b_url: { ...URI, description: "Of task=comparison: an https URL of the other clip." },
    ...optionProperties(JobOptionsSchema),
    metadata: { description: "Any JSON of at most 4096 bytes, repeated in answers and webhooks." },
  },
};

/**
 * Stores the clip as it arrives, checks everything that can be checked now and answers before anything is computed.
 * @throws UndertoneError what `readJobRequest`, `fitToModel`, `requireDeclaredFits`, `readIdempotencyKey`, `requireSigningSecret` and
 *   `onlyOnce` throw.
 */
export const submitJob = endpoint({
  route: {
    method: "post",
    path: "/v1/jobs",
    operationId: "submitJob",
    summary: "Submits a clip, or its URL, as a job",
    tags: ["jobs"],
    request: {
      query: JobOptionsSchema,
      headers: IdempotencyHeadersSchema,
      body: {
        required: true,
        content: { "application/json": { schema: JOB_BODY }, ...clipContent(JobOptionsSchema) },
      },
    },
    responses: { 202: json(JobSchema, "The job"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    return async (c) => {
      const key = readIdempotencyKey(c.req.header("Idempotency-Key"));
      const newJobId = newId("job");
      const terms = c.get("bodyTerms");
      const uploads = jobUploads(platform, terms);
      const { maxClipBytes } = platform.settings;
      const destination = { id: newJobId, uploads, maxClipBytes };
      const id = await discardingUploads(platform, uploads, newJobId, async () => {
        const asked = await readJobRequest(platform, c.req.raw, terms, c.req.query(), destination);
        const { options, selection } = await fitToModel(platform, asked.options);
        const limits =
          asked.source.kind === "pair"
            ? limitsOfWhole(platform.settings)
            : limitsOfJobs(platform.settings);
        for (const given of givenClips(asked.source)) {
          if (given.kind !== "upload" || given.clip instanceof Uint8Array) continue;
          await requireDeclaredFits(given.clip, selection, limits);
        }
        const owner = c.get("caller")?.owner ?? null;
        const { source, metadata, callbackUrl, fingerprint } = asked;
        if (callbackUrl !== null)
          await requireSigningSecret(platform.database, owner, platform.now());
        const { origin } = new URL(c.req.url);
        return await onlyOnce(platform, { owner, key, fingerprint, newId: newJobId }, (id) =>
          submit(platform, { id, owner, source, options, metadata, callbackUrl, origin }),
        );
      });
      const job = await readJob(platform, id);
      if (job === null) throw unknownJob(id);
      await uploads.discardAllBut(clipsOf(job).map(({ key }) => key));
      return c.json(describeJob(job, platform.now()), 202, { Location: `/v1/jobs/${id}` });
    };
  },
});
