/** GET /v1/jobs/:id/result: what a job computed, in any format. */
import { z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";
import { encodeFeatures } from "../../formats/encode.ts";
import type { Format } from "../../formats/format.ts";
import type { Job } from "../../jobs/job.ts";
import { parseJobOptions } from "../../jobs/work/features.ts";
import type { Platform } from "../../platform/platform.ts";
import type { KeptFeatures } from "../../results/computed.ts";
import { findResult } from "../../results/results.ts";
import { restoreFeatures } from "../../results/serialize.ts";
import { requireOneForNpy } from "../../tasks/options/encodable.ts";
import { keyOrLink } from "../access/access.ts";
import { readOwnJob } from "../access/own.ts";
import { stampHeaders } from "../answer/headers.ts";
import { problemMembers } from "../answer/problem.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import { streamParts } from "../answer/stream.ts";
import { endpoint } from "../endpoint.ts";
import { FEATURES_ANSWER } from "../features/route.ts";
import { chooseFormat } from "../request/negotiate.ts";
import { ResultQuerySchema } from "./schema.ts";

/**
 * Answers with the features of a job that is done; the same bytes for the same query, however often it is asked. What the
 * query leaves open is as the job's options have it.
 * @throws UndertoneError `unknown-job`, `link-invalid`, `job-not-done`, `job-not-successful`, `job-expired`,
 *   `not-acceptable`, `one-layer-only`.
 */
export const getJobResult = endpoint({
  route: {
    method: "get",
    path: "/v1/jobs/{id}/result",
    operationId: "getJobResult",
    summary: "Gets the features that a job computed",
    tags: ["jobs"],
    request: { params: z.object({ id: z.string() }), query: ResultQuerySchema },
    responses: { 200: FEATURES_ANSWER, ...PROBLEM_RESPONSES },
  },
  scope: keyOrLink("jobs"),
  handle(platform) {
    return async (c) => {
      const job = await readOwnJob(platform, c, c.req.valid("param").id);
      const query = c.req.valid("query");
      const asked = parseJobOptions(job.options);
      const chosen = chooseFormat(query.format ?? asked.format, c.req.header("Accept"));
      const features = await featuresOf(platform, job);
      requireOneForNpy(features.tensors.length, chosen.format);
      const parts = encodeFeatures(features, {
        format: chosen.format,
        encoding: query.encoding ?? encodingFor(chosen.format, asked.encoding),
        dtype: query.dtype ?? asked.dtype,
        pool: asked.pool,
      });
      return c.body(streamParts(parts), 200, {
        "Content-Type": chosen.mediaType,
        ...stampHeaders(features),
      });
    };
  },
});

/** Only JSON has encodings; a job that asked for one may be read in other formats. */
function encodingFor(format: Format, asked: "float" | "base64" | undefined): "float" | "base64" {
  return format === "json" ? (asked ?? "float") : "float";
}

async function featuresOf(platform: Platform, job: Job): Promise<KeptFeatures> {
  if (job.status === "done" && job.resultKey !== null) {
    const stored = await findResult(platform, job.resultKey);
    if (stored !== null) return restoreFeatures(stored);
  }
  throw noResult(job);
}

function noResult({ id, status, problem }: Job): UndertoneError {
  switch (status) {
    case "queued":
    case "running":
      return new UndertoneError("job-not-done", `Job ${id} is ${status}. Ask again in a moment.`, {
        jobStatus: status,
      });
    case "failed":
    case "cancelled":
      return new UndertoneError("job-not-successful", `Job ${id} is ${status}; it has no result.`, {
        jobStatus: status,
        ...(problem && { jobProblem: problemMembers(problem) }),
      });
    default:
      return new UndertoneError(
        "job-expired",
        `The result of job ${id} was kept for its time and is gone. Submit the clip again.`,
      );
  }
}
