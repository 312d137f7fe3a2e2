/** A job: one clip to featurize, some time. */
import { type ErrorSlug, UndertoneError } from "../errors.ts";

/** The status of a job; `done`, `failed`, `cancelled` and `expired` are final. */
export const JOB_STATUSES = [
  "queued",
  "running",
  "done",
  "failed",
  "cancelled",
  "expired",
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** The source of a job's clip. */
export type JobSource =
  | { readonly kind: "upload" }
  | { readonly kind: "url"; readonly url: string }
  /** An object of the bucket that is watched. */
  | { readonly kind: "object"; readonly key: string; readonly etag: string };

/** The options of POST /v1/features as they are written there, by name: text that is parsed again where it is needed. */
export type JobOptions = Readonly<Record<string, string>>;

/** Why a job failed. */
export interface JobProblem {
  readonly slug: ErrorSlug;
  readonly detail: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** One job; times are milliseconds since 1970. */
export interface Job {
  readonly id: string;
  /** Whose API key asked for it; `null`: none did. */
  readonly owner: string | null;
  readonly status: JobStatus;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** When the result is forgotten. */
  readonly expiresAt: number | null;
  readonly source: JobSource;
  readonly options: JobOptions;
  /** The caller's own JSON, repeated as it came. */
  readonly metadata: unknown;
  readonly callbackUrl: string | null;
  readonly origin: string | null;
  readonly urlSecret: string;
  readonly batchId: string | null;
  readonly batchLine: number | null;
  readonly lineId: string | null;
  readonly resultKey: string | null;
  readonly layersDone: number;
  readonly layersTotal: number;
  readonly problem: JobProblem | null;
  readonly tries: number;
  readonly leasedUntil: number;
}

/** The key under which a job's clip is stored until the job is over. */
export function clipKey(jobId: string): string {
  return `clips/${jobId}`;
}

/** The parts of an error that a job stores. */
export function problemOf(error: unknown): JobProblem {
  if (error instanceof UndertoneError) {
    return { slug: error.slug, detail: error.message, extensions: error.extensions };
  }
  return {
    slug: "internal",
    detail:
      "An unexpected error occurred. Sending the clip again may help; if not, report the job.",
    extensions: {},
  };
}
