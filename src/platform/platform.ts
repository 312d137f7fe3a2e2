/** What a runtime provides; only functions/ chooses one. */
import type { PrepareClip } from "../audio/prepare.ts";
import type { Database } from "../jobs/database.ts";
import type { RateLimiter } from "../jobs/keys/rate-limit.ts";
import type { MessageQueue } from "../jobs/messages.ts";
import type { UrlRules } from "../jobs/safe-fetch/check-url.ts";
import type { SendRequest } from "../jobs/safe-fetch/send.ts";
import type { BackendReport } from "../model/backend/backend-report.ts";
import type { PackStorage } from "../model/pack.ts";
import type { ModelRegistry } from "../model/registry.ts";
import type { ObjectBucket } from "../store/object-bucket.ts";
import type { WalkableStore } from "../store/store.ts";
import type { Settings } from "./settings.ts";
import type { Sha256 } from "./sha256.ts";

/**
 * One structured log line. Names are in snake_case and carry their units; values are plain JSON and never hold clips or secrets.
 */
export interface LogEntry {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A place to run in. */
export interface Platform {
  readonly runtime: "workerd" | "node";
  readonly settings: Settings;
  readonly models: ModelRegistry;
  /** Decodes clips: on Node in threads of their own, elsewhere here. */
  readonly prepareClip: PrepareClip;
  /** Keys, jobs and whatever else has rows. */
  readonly database: Database;
  /** Clips of jobs, and results. */
  readonly files: WalkableStore;
  /** The bucket whose new objects become jobs; `null` where none is watched. */
  readonly bucket: ObjectBucket | null;
  readonly queue: MessageQueue;
  readonly limiter: RateLimiter;
  /** Requests URLs given by users, within `urlRules`. */
  readonly send: SendRequest;
  readonly urlRules: UrlRules;
  /** Whether requests to a loopback address need no key: only `npm start` says so. */
  readonly isOpen: boolean;
  /** Where the files of installed packs are. */
  readonly packs: PackStorage;
  /** What computes here; `null` until it was chosen, which the first computation does. */
  backendReport(): BackendReport | null;
  /** The colo that a request came in by; `null` where there are none. */
  coloOf(request: Request): string | null;
  /** The address that a request came from; `null` where that is not known. `bindings` are what the runtime gave with it. */
  addressOf(request: Request, bindings: unknown): string | null;
  /** In how many pieces a request's body has come so far; `null` where they are those of its stream. */
  piecesOf(bindings: unknown): number | null;
  /** Whether `performance.now()` advances while code computes; on deployed Workers it does not. */
  readonly clockAdvancesDuringComputation: boolean;
  log(entry: LogEntry): void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Begins the SHA-256 of bytes that come piece by piece. */
  startSha256(): Sha256;
  /** Lets `work` go on after the answer has been sent. */
  keepAlive(work: Promise<unknown>): void;
}
