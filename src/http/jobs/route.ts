/** /v1/jobs: clips to be featurized some time, and how they stand. */

import { z } from "@hono/zod-openapi";
import { requireDeclaredFits } from "../../audio/budget/declared-seconds.ts";
import { onlyOnce } from "../../jobs/idempotency.ts";
import { listJobs as listJobRows } from "../../jobs/list.ts";
import { removeJob } from "../../jobs/remove.ts";
import { submitJob as submit } from "../../jobs/submit.ts";
import { readJob } from "../../jobs/table.ts";
import { requireSigningSecret } from "../../webhooks/secrets.ts";
import { keyWith } from "../access/access.ts";
import { readOwnJob, unknownJob } from "../access/own.ts";
import { DEFAULT_PAGE } from "../answer/pages.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipContent, optionProperties } from "../request/clip-body.ts";
import { IdempotencyHeadersSchema, readIdempotencyKey } from "../request/idempotency-key.ts";
import { listDeliveriesOf, redeliverOf } from "../webhooks/deliveries.ts";
import { describeJob } from "./answer.ts";
import { fitToModel } from "./options.ts";
import { readJobRequest } from "./request.ts";
import { getJobResult } from "./result.ts";
import { JobListQuerySchema, JobListSchema, JobOptionsSchema, JobSchema } from "./schema.ts";

const params = z.object({ id: z.string() });

/** `jobs/request.ts` parses it. */
const JOB_BODY = {
  type: "object" as const,
  required: ["audio"],
  properties: {
    audio: {
      type: "object" as const,
      required: ["url"],
      additionalProperties: false,
      properties: {
        url: {
          type: "string" as const,
          format: "uri",
          description: "An https URL of the clip.",
        },
      },
    },
    ...optionProperties(JobOptionsSchema),
    metadata: { description: "Any JSON of at most 4096 bytes, repeated in answers and webhooks." },
  },
};

/**
 * Checks everything that can be checked now, stores the clip and answers before anything is computed.
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
      const asked = await readJobRequest(platform, c.req.raw, c.get("bodyTerms"), c.req.query());
      const { options, request } = await fitToModel(platform, asked.options);
      if (asked.source.kind === "upload") {
        await requireDeclaredFits(asked.source.clip, request, platform.settings);
      }
      const owner = c.get("caller")?.owner ?? null;
      const { source, metadata, callbackUrl, fingerprint } = asked;
      if (callbackUrl !== null)
        await requireSigningSecret(platform.database, owner, platform.now());
      const { origin } = new URL(c.req.url);
      const id = await onlyOnce(platform, { owner, key, fingerprint, prefix: "job" }, (id) =>
        submit(platform, { id, owner, source, options, metadata, callbackUrl, origin }),
      );
      const job = await readJob(platform, id);
      if (job === null) throw unknownJob(id);
      return c.json(describeJob(job), 202, { Location: `/v1/jobs/${id}` });
    };
  },
});

/**
 * Answers with a page of the caller's jobs.
 * @throws UndertoneError `invalid-cursor`.
 */
export const listJobs = endpoint({
  route: {
    method: "get",
    path: "/v1/jobs",
    operationId: "listJobs",
    summary: "Lists jobs, newest first",
    tags: ["jobs"],
    request: { query: JobListQuerySchema },
    responses: { 200: json(JobListSchema, "A page of jobs"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    return async (c) => {
      const { status, cursor, limit = DEFAULT_PAGE } = c.req.valid("query");
      const owner = c.get("caller")?.owner ?? null;
      const page = await listJobRows(platform, { owner, status, cursor, limit });
      return c.json({ jobs: page.items.map(describeJob), next_cursor: page.nextCursor }, 200);
    };
  },
});

/**
 * Answers with one job.
 * @throws UndertoneError `unknown-job`.
 */
export const getJob = endpoint({
  route: {
    method: "get",
    path: "/v1/jobs/{id}",
    operationId: "getJob",
    summary: "Gets a job and its status",
    tags: ["jobs"],
    request: { params },
    responses: { 200: json(JobSchema, "The job"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    return async (c) =>
      c.json(describeJob(await readOwnJob(platform, c, c.req.valid("param").id)), 200);
  },
});

/**
 * Deletes a job wherever it stands.
 * @throws UndertoneError `unknown-job`, `job-in-batch`.
 */
export const deleteJob = endpoint({
  route: {
    method: "delete",
    path: "/v1/jobs/{id}",
    operationId: "deleteJob",
    summary: "Cancels a job and deletes its clip and result",
    tags: ["jobs"],
    request: { params },
    responses: { 204: { description: "It is gone" }, ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    return async (c) => {
      await removeJob(platform, await readOwnJob(platform, c, c.req.valid("param").id));
      return c.body(null, 204);
    };
  },
});

/** /v1/jobs. */
export const jobs: readonly Endpoint[] = [
  submitJob,
  listJobs,
  getJob,
  getJobResult,
  deleteJob,
  listDeliveriesOf("jobs", "listJobDeliveries", readOwnJob),
  redeliverOf("jobs", "redeliverJobWebhook", readOwnJob),
];
