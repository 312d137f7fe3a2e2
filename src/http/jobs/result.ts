/** GET /v1/jobs/:id/result: what a job computed, in any format of its task. */
import { z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";
import { clipNameOf, type Job, type JobOptions } from "../../jobs/job.ts";
import { partialResult } from "../../jobs/recording/partial.ts";
import { parseOptions } from "../../jobs/tasks/job-task.ts";
import { taskOf } from "../../jobs/tasks/tasks.ts";
import { jobWork } from "../../jobs/work/compute.ts";
import type { LedgerEntry } from "../../ledger.ts";
import type { Platform } from "../../platform/platform.ts";
import { openResult, type StoredResult } from "../../results/results.ts";
import type { SpreadResult } from "../../results/spread.ts";
import { taskNameOf } from "../../tasks/names.ts";
import { FeatureOptionsSchema } from "../../tasks/options/schema.ts";
import { keyOrLink } from "../access/access.ts";
import { readOwnJob } from "../access/own.ts";
import { stampHeaders } from "../answer/headers.ts";
import { problemMembers } from "../answer/problem.ts";
import { PROBLEM_RESPONSES, texts } from "../answer/responses.ts";
import { streamParts } from "../answer/stream.ts";
import { ClassificationSchema } from "../classifications/schema.ts";
import { ComparisonSchema } from "../comparisons/schema.ts";
import { DiarizationSchema } from "../diarizations/schema.ts";
import { EmbeddingSchema } from "../embeddings/schema.ts";
import { endpoint } from "../endpoint.ts";
import { FEATURES_ANSWER } from "../features/route.ts";
import { FeaturesSchema } from "../features/schema.ts";
import { chooseFormat } from "../request/negotiate.ts";
import { TranscriptionSchema } from "../transcriptions/schema.ts";
import { partHeader, partialParts } from "./partial.ts";
import { ResultQuerySchema } from "./schema.ts";

/** The answer of the endpoint of the job's task. */
const RESULT_ANSWER = {
  description:
    "The result, as the endpoint of the task answers; JSON of a part of a recording has `partial: true`, too",
  headers: FEATURES_ANSWER.headers,
  content: {
    ...FEATURES_ANSWER.content,
    "application/json": {
      schema: z.union([
        FeaturesSchema,
        TranscriptionSchema,
        EmbeddingSchema,
        ClassificationSchema,
        DiarizationSchema,
        ComparisonSchema,
      ]),
    },
    ...texts({
      "text/plain":
        "Of task=diarization RTTM, by format=rttm; of task=transcription the text, by format=txt.",
      "application/x-subrip": "Of task=transcription: subtitles in SubRip's format, by format=srt.",
      "text/vtt": "Of task=transcription: subtitles in WebVTT, by format=vtt.",
    }),
  },
};

/**
 * Answers with the result of a job that is done; the same bytes for the same query, however often it is asked. What the
 * query leaves open is as the job's options have it. With `partial` also what is finished of a recording, which a header and JSON say.
 * @throws UndertoneError `unknown-job`, `link-invalid`, `job-not-done`, `job-not-successful`, `job-expired`,
 *   `not-acceptable`, `one-layer-only`, `overloaded`; `unknown-option`, `invalid-option` for what no result of the task is written with.
 */
export const getJobResult = endpoint({
  route: {
    method: "get",
    path: "/v1/jobs/{id}/result",
    operationId: "getJobResult",
    summary: "Gets what a job computed",
    tags: ["jobs"],
    request: { params: z.object({ id: z.string() }), query: ResultQuerySchema },
    responses: { 200: RESULT_ANSWER, ...PROBLEM_RESPONSES },
  },
  scope: keyOrLink("jobs"),
  handle(platform) {
    const work = jobWork(platform);
    return async (c) => {
      const job = await readOwnJob(platform, c, c.req.valid("param").id);
      const { expires: _, signature: __, partial: ___, run: ____, ...asked } = c.req.query();
      const { partial, run } = c.req.valid("query");
      const { options, mediaType } = readAsked(job, asked, c.req.header("Accept"));
      const memory = platform.ledger.open("results");
      try {
        const isPartial = partial && (job.status === "running" || job.status === "failed");
        const { result, part } = isPartial
          ? await partialResult(platform, work, job, { run: run ?? 0, memory })
          : { result: await storedResult(platform, job, memory), part: null };
        const written = taskOf(job.options).write(result, options, clipNameOf(job));
        const parts = part === null ? written.parts : partialParts(written);
        return c.body(streamParts(c, parts, memory), 200, {
          "Content-Type": mediaType ?? written.mediaType,
          ...stampHeaders(written.stamp),
          ...(part && { "Undertone-Partial": partHeader(part) }),
        });
      } catch (error) {
        memory.release();
        throw error;
      }
    };
  },
});

/** Options of writing a result: the job's options and those of the query, and the media type that Accept likes best. */
function readAsked(
  { options }: Job,
  query: JobOptions,
  accept: string | undefined,
): { readonly options: JobOptions; readonly mediaType?: string } {
  const asked = { ...options, ...query };
  if (taskNameOf(options) !== "features") return { options: asked };
  const { format: askedFormat } = parseOptions(FeatureOptionsSchema, asked);
  const { format, mediaType } = chooseFormat(askedFormat, accept);
  const { encoding, ...rest } = asked;
  // Only JSON has encodings; a job that asked for one may be read in other formats.
  const isEncoded = format === "json" && encoding !== undefined;
  return { options: { ...rest, format, ...(isEncoded && { encoding }) }, mediaType };
}

async function storedResult(
  platform: Platform,
  job: Job,
  memory: LedgerEntry,
): Promise<StoredResult | SpreadResult> {
  if (job.status === "done" && job.resultKey !== null) {
    const stored = await openResult(platform, job.resultKey, memory);
    if (stored !== null) return stored;
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
