/** The context of jobs: the services of a runtime that they use. */
import type { Sha256 } from "../crypto/sha256.ts";
import type { LogEntry } from "../log.ts";
import type { UrlRules } from "../outbound/check-url.ts";
import type { ResultContext, ResultSettings } from "../results/results.ts";
import type { ObjectBucket } from "../store/object-bucket.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { DeliveryContext } from "../webhooks/deliver.ts";
import type { JobOptions } from "./job.ts";

/** The limits of jobs. */
export interface JobSettings extends ResultSettings {
  /** The largest clip, in bytes. */
  readonly maxClipBytes: number;
  /** The largest clip of a URL or of a bucket's object, which jobs store as it comes, in bytes. */
  readonly maxJobBytes: number;
  /** The longest clip, or part of one, that a job computes, in seconds. */
  readonly maxJobSeconds: number;
  /** Seconds before the second try of a job, twice that before the third …. */
  readonly jobRetrySeconds: number;
  /** A server that sends nothing of a clip for so long is given up. */
  readonly jobStallMs: number;
  /** The service's own address in webhooks; empty for the one that was asked. */
  readonly publicOrigin: string;
  /** The region that links in webhooks name; empty where no Worker in front of regions reads it. */
  readonly regionOfLinks: string;
  /** Objects of the bucket below it become jobs. */
  readonly bucketInPrefix: string;
  /** The prefix below which their results are written. */
  readonly bucketOutPrefix: string;
  /** The options of their jobs, written like the query of POST /v1/jobs. */
  readonly bucketOptions: JobOptions;
  /** For task=comparison: the key of the object that each is compared with; `null` for other tasks. */
  readonly bucketCompareWith: string | null;
}

/** Rows, bytes, messages and a clock. */
export interface JobContext extends ResultContext, DeliveryContext {
  readonly settings: JobSettings;
  /** The bucket whose new objects become jobs; `null` where none is watched. */
  readonly bucket: ObjectBucket | null;
  /** Begins the SHA-256 of bytes that come piece by piece. */
  startSha256(): Sha256;
  /** Which URLs that users give may be requested. */
  readonly urlRules: UrlRules;
  log(entry: LogEntry): void;
  /** Counts the ends of jobs. */
  readonly telemetry?: Pick<Telemetry, "metrics">;
}
