/** A job: a task for one clip, or for two, some time. */
import { type ErrorSlug, UndertoneError } from "../errors.ts";
import { clipName, fileNameOfUrl } from "../formats/clip-name.ts";

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

/** The place of one clip. */
export type ClipPlace =
  /** Stored with the job; `name` is that of the file in the form it came in. */
  | { readonly kind: "upload"; readonly name?: string }
  | { readonly kind: "url"; readonly url: string }
  /** An object of the bucket that is watched; without `etag` whatever version is there. */
  | { readonly kind: "object"; readonly key: string; readonly etag: string | null };

/** The source of a job's clip, or of the two that are compared. */
export type JobSource =
  | ClipPlace
  | { readonly kind: "pair"; readonly a: ClipPlace; readonly b: ClipPlace };

/**
 * The options of a task as its endpoint has them, by name, and `task`, which is `features` if left out: text that is
 * parsed again where it is needed.
 */
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
  /** Windows of a recording; 0 for a job that is computed at once. */
  readonly windowsTotal: number;
  readonly windowsDone: number;
  readonly recordingSeconds: number | null;
  /** When the first of its windows could begin. */
  readonly recordingBeganAt: number | null;
  /** SHA-256 of each clip's bytes, once they are known. */
  readonly clipSha256s: readonly string[] | null;
  readonly problem: JobProblem | null;
  readonly tries: number;
  readonly leasedUntil: number;
  /** Computations that were begun and of which nothing more was heard. */
  readonly unendedComputations: number;
}

/** A clip of a job, and the key under which it is stored until the job is over. */
export interface JobClip {
  readonly key: string;
  readonly place: ClipPlace;
}

/** The key under which the clip of a job is stored, or that of a pair by its name. */
export function clipKey(id: string, name?: string): string {
  return name === undefined ? `clips/${id}` : `clips/${id}.${name}`;
}

/** The clips of a job, in the order of its task. */
export function clipsOf({ id, source }: Pick<Job, "id" | "source">): readonly JobClip[] {
  if (source.kind !== "pair") return [{ key: clipKey(id), place: source }];
  return (["a", "b"] as const).map((name) => ({ key: clipKey(id, name), place: source[name] }));
}

/** The name of a job's first clip, for answers that name it. */
export function clipNameOf({ source }: Pick<Job, "source">): string {
  const place = source.kind === "pair" ? source.a : source;
  switch (place.kind) {
    case "upload":
      return clipName(place.name ?? null);
    case "url":
      return clipName(fileNameOfUrl(place.url));
    case "object":
      return clipName(place.key);
  }
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
