/** /v1/jobs: clips to be featurized some time, and how they stand. */

import { z } from "@hono/zod-openapi";
import { listJobs as listJobRows } from "../../jobs/list.ts";
import { removeJob } from "../../jobs/remove.ts";
import { keyWith } from "../access/access.ts";
import { readOwnJob } from "../access/own.ts";
import { DEFAULT_PAGE } from "../answer/pages.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { listDeliveriesOf, redeliverOf } from "../webhooks/deliveries.ts";
import { describeJob } from "./answer.ts";
import { watchJob } from "./events.ts";
import { getJobResult } from "./result.ts";
import { JobListQuerySchema, JobListSchema, JobSchema } from "./schema.ts";
import { submitJob } from "./submit.ts";

const params = z.object({ id: z.string() });

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
      return c.json(
        {
          jobs: page.items.map((job) => describeJob(job, platform.now())),
          next_cursor: page.nextCursor,
        },
        200,
      );
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
    return async (c) => {
      const job = await readOwnJob(platform, c, c.req.valid("param").id);
      return c.json(describeJob(job, platform.now()), 200);
    };
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
  watchJob,
  deleteJob,
  listDeliveriesOf("jobs", "listJobDeliveries", readOwnJob),
  redeliverOf("jobs", "redeliverJobWebhook", readOwnJob),
];
