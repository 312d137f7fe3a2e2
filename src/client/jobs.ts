/** Jobs, whose results come later. */
import type { QueryOf, Schemas } from "./api.ts";
import { type CallOptions, type Clip, clipInit, pairInit } from "./clip.ts";
import { dataOf } from "./errors.ts";
import { followJob, type Job } from "./events.ts";
import { decodeEmbedding, decodeFeatures, type Embedding, type Features } from "./numbers.ts";
import type { RetryTerms } from "./retry.ts";
import type { Api } from "./tasks.ts";

/** A job's result, by its task. */
export interface JobResults {
  readonly features: Features;
  readonly embedding: Embedding;
  readonly comparison: Schemas["Comparison"];
  readonly transcription: Schemas["Transcription"];
  readonly classification: Schemas["Classification"];
  readonly diarization: Schemas["Diarization"];
}

/** A job whose task is known. */
export type JobOf<Task extends Job["task"]> = Job & { readonly task: Task };

/** What a job computes, and whom it tells. */
export type JobOptions = Omit<QueryOf<"submitJob">, "metadata" | "task"> & {
  /** Any JSON of at most 4,096 bytes; webhooks repeat it. */
  readonly metadata?: unknown;
  /** Jobs submitted with the same key and the same content are one job. A new key by default, which covers retries. */
  readonly idempotencyKey?: string;
};

/** A job has ended without a result. */
export class JobError extends Error {
  override readonly name = "JobError";
  readonly job: Job;

  constructor(job: Job) {
    super(job.problem?.detail ?? `The job ${job.id} is ${job.status} and has no result.`);
    this.job = job;
  }
}

/** Jobs of a service. Each throws ServiceError and UnreachableError; keys need scope `jobs`. */
export interface Jobs {
  /** Submits a clip, or for `task: "comparison"` a pair. */
  submit<Task extends Job["task"] = "features">(
    clip: Clip | readonly [Clip, Clip],
    options?: JobOptions & CallOptions & { readonly task?: Task },
  ): Promise<JobOf<Task>>;
  get(id: string, options?: CallOptions): Promise<Job>;
  /** The job as it is, and again whenever it has changed, up to its end: by server-sent events, else by polling. */
  follow(id: string, options?: CallOptions): AsyncGenerator<Job>;
  /** The job once it has ended, however it has. */
  wait(id: string, options?: CallOptions): Promise<Job>;
  /**
   * The result of a job, once it has ended.
   * @throws JobError if it has ended without one
   */
  result<Task extends Job["task"]>(
    job: Pick<JobOf<Task>, "id" | "task">,
    options?: CallOptions,
  ): Promise<JobResults[Task]>;
  /** Cancels a job that has not ended, and deletes its clip and its result. */
  delete(id: string, options?: CallOptions): Promise<void>;
}

/** Makes the calls of jobs. */
export function createJobs(api: Api, terms: RetryTerms): Jobs {
  const ofJob = (id: string, signal: AbortSignal | undefined) => ({
    params: { path: { id } },
    signal: signal ?? null,
  });
  const get = async (id: string, signal?: AbortSignal) =>
    dataOf(await api.GET("/v1/jobs/{id}", ofJob(id, signal)));
  const open = async (id: string, signal?: AbortSignal) => {
    const init = { ...ofJob(id, signal), parseAs: "stream" } as const;
    const stream = dataOf(await api.GET("/v1/jobs/{id}/events", init));
    return stream as ReadableStream<Uint8Array>;
  };
  const follow = (id: string, { signal }: CallOptions = {}) => followJob({ open, get }, id, signal);
  const wait = async (id: string, options?: CallOptions) => {
    let last: Job | undefined;
    for await (const job of follow(id, options)) last = job;
    return last ?? get(id, options?.signal);
  };
  return {
    async submit(clip, { signal, idempotencyKey, metadata, ...options } = {}) {
      const params = {
        query: {
          ...options,
          ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
        },
        header: { "idempotency-key": idempotencyKey ?? crypto.randomUUID() },
      };
      if (isPair(clip)) {
        const init = await pairInit(terms, ...clip, { signal });
        const request = { params, ...init, body: init.body as never };
        return dataOf(await api.POST("/v1/jobs", request)) as never;
      }
      const init = clipInit(terms, clip, { signal });
      return dataOf(await api.POST("/v1/jobs", { params, ...init })) as never;
    },
    get: (id, { signal } = {}) => get(id, signal),
    follow,
    wait,
    async result({ id }, options = {}) {
      const job = await wait(id, options);
      if (job.status !== "done") throw new JobError(job);
      const encoding =
        job.task === "features" ? ({ encoding: "base64", dtype: "f32" } as const) : {};
      const init = {
        params: { path: { id }, query: { format: "json", ...encoding } as const },
        signal: options.signal ?? null,
      };
      const answer = dataOf(await api.GET("/v1/jobs/{id}/result", init));
      return decodeResult(answer, job.task) as never;
    },
    async delete(id, { signal } = {}) {
      dataOf(await api.DELETE("/v1/jobs/{id}", ofJob(id, signal)));
    },
  };
}

function decodeResult(answer: object, task: Job["task"]): object {
  if (task === "features") return decodeFeatures(answer as Schemas["Features"]);
  return task === "embedding" ? decodeEmbedding(answer as Schemas["Embedding"]) : answer;
}

function isPair(clip: Clip | readonly [Clip, Clip]): clip is readonly [Clip, Clip] {
  return Array.isArray(clip);
}
