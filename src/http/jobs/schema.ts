/** Schemas of requests for jobs, and of their answers. */
import { z } from "@hono/zod-openapi";
import { FORMATS } from "../../formats/format.ts";
import { JOB_STATUSES } from "../../jobs/job.ts";
import { TaskOptionSchema } from "../../jobs/tasks/tasks.ts";
import { ClassificationOptionsSchema } from "../../tasks/classification.ts";
import { DIARIZATION_FORMATS, DiarizationOptionsSchema } from "../../tasks/diarization.ts";
import { EmbeddingOptionsSchema } from "../../tasks/embedding.ts";
import { TASK_NAMES } from "../../tasks/names.ts";
import {
  FeatureOptionsSchema,
  flag,
  oneOf,
  text,
  wholeNumber,
} from "../../tasks/options/schema.ts";
import { TRANSCRIPTION_FORMATS, TranscriptionOptionsSchema } from "../../tasks/transcription.ts";
import { listQuery, nextCursor, time } from "../answer/pages.ts";
import { ProblemTypeSchema } from "../answer/problem-schema.ts";

/** The task of a job or batch, and what happens at the end. */
export const EndOptionsSchema = z.strictObject({
  task: TaskOptionSchema,
  callback_url: text()
    .optional()
    .describe("An https URL that receives a signed webhook when the job or batch has ended."),
  metadata: text()
    .optional()
    .describe("JSON of at most 4096 bytes, repeated in answers and in the webhook."),
});

/**
 * The options of POST /v1/jobs and POST /v1/batches: those of the endpoints of all tasks, and what happens at the end. Which
 * of them a task has is checked once the task is known, which may stand in the body.
 */
export const JobOptionsSchema = z.strictObject({
  ...ClassificationOptionsSchema.shape,
  ...DiarizationOptionsSchema.shape,
  ...TranscriptionOptionsSchema.shape,
  ...EmbeddingOptionsSchema.shape,
  ...FeatureOptionsSchema.shape,
  format: oneOf([...new Set([...FORMATS, ...DIARIZATION_FORMATS, ...TRANSCRIPTION_FORMATS])])
    .optional()
    .describe("Format of the result, one of those of the task's endpoint. Default: json."),
  ...EndOptionsSchema.shape,
});

/** The query of GET /v1/jobs. */
export const JobListQuerySchema = listQuery("jobs", JOB_STATUSES);

/** The query of GET /v1/jobs/:id/result. */
export const ResultQuerySchema = JobOptionsSchema.pick({
  format: true,
  encoding: true,
  dtype: true,
}).extend({
  partial: flag()
    .optional()
    .describe(
      "Whether the finished part of a recording is given while its job runs, or after it failed. Default: false.",
    ),
  run: wholeNumber(0, 10_000)
    .optional()
    .describe(
      "Of partial=true: which stretch of finished windows, from 0. Default: 0, the first one.",
    ),
  expires: text()
    .meta({ type: "integer" })
    .optional()
    .describe("Part of a signed link: when it expires, in seconds since 1970."),
  signature: text().optional().describe("Part of a signed link: its signature."),
});

/** The query of addresses that take a signed link and no options. */
export const LinkQuerySchema = ResultQuerySchema.pick({ expires: true, signature: true });

const JobProblemSchema = z
  .looseObject({ ...ProblemTypeSchema.shape, detail: z.string() })
  .describe("Why the job failed; while it is queued, why its last try failed.");

/** One job. */
export const JobSchema = z
  .object({
    id: z.string(),
    status: z.enum(JOB_STATUSES),
    created_at: time(),
    started_at: time().nullable(),
    finished_at: time().nullable(),
    expires_at: time().nullable().describe("When the result is deleted."),
    tries: z.number().int(),
    progress: z
      .object({
        layers_done: z.number().int(),
        layers_total: z.number().int(),
        windows_done: z.number().int(),
        windows_total: z.number().int(),
        seconds_done: z.number().nullable(),
        seconds_total: z.number().nullable(),
        seconds_left: z
          .number()
          .int()
          .nullable()
          .describe("An estimate of a running recording, from the windows that are done."),
      })
      .describe(
        "Layers computed of a clip that is computed at once, 0 of 0 until their number is known; windows and seconds of a recording, 0 of 0 until it is decoded.",
      ),
    task: z.enum(TASK_NAMES),
    audio: z
      .looseObject({ kind: z.enum(["upload", "url", "object", "pair"]) })
      .describe("Where the clip came from; of a comparison a pair of `a` and `b`."),
    options: z.record(z.string(), z.string()),
    metadata: z.unknown(),
    callback_url: z.string().nullable(),
    batch: z
      .object({ id: z.string(), line: z.number().int(), line_id: z.string().nullable() })
      .nullable(),
    result_url: z.string().nullable().describe("The path of the result, once there is one."),
    problem: JobProblemSchema.nullable(),
  })
  .openapi("Job");

/** A page of GET /v1/jobs. */
export const JobListSchema = z
  .object({
    jobs: z.array(JobSchema),
    next_cursor: nextCursor(),
  })
  .openapi("JobList");
