/** The services of a runtime; only functions/ chooses one. */
import type { PrepareClip } from "../audio/prepare.ts";
import type { Database } from "../database/database.ts";
import type { JobContext } from "../jobs/context.ts";
import type { RateLimiter } from "../keys/rate-limit.ts";
import type { MemoryLedger } from "../ledger.ts";
import type { BackendReport } from "../model/backend/report.ts";
import type { PackStorage } from "../model/pack/manifest.ts";
import type { ModelRegistry } from "../model/pack/registry.ts";
import type { RegionLog } from "../telemetry/regions/regions.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Inspection } from "./inspection.ts";
import type { Settings } from "./settings.ts";

/** Metrics as text. */
export interface MetricsPage {
  readonly contentType: string;
  /** True if no key is needed to read it. */
  readonly isOpen: boolean;
  text(): Promise<string>;
}

/** A place to run in. */
export interface Platform extends JobContext {
  readonly runtime: "workerd" | "node";
  readonly settings: Settings;
  readonly models: ModelRegistry;
  /** The memory of the isolate; of a Node server, whose memory is its machine's, it only counts. */
  readonly ledger: MemoryLedger;
  /** Decodes clips: on Node in threads of their own, elsewhere here. */
  readonly prepareClip: PrepareClip;
  readonly limiter: RateLimiter;
  /** The database of keys without a home, where regions share one; else they are in `database`. */
  readonly sharedKeys?: Database;
  /** True if requests to a loopback address need no key: only `npm start` says so. */
  readonly isOpen: boolean;
  /** The storage of installed packs. */
  readonly packs: PackStorage;
  /** The backend in use; `null` before the first computation, which chooses it. */
  backendReport(): BackendReport | null;
  /** The colo that a request came in by; `null` where there are none. */
  coloOf(request: Request): string | null;
  /** The address that a request came from; `null` where that is not known. `bindings` are what the runtime gave with it. */
  addressOf(request: Request, bindings: unknown): string | null;
  /** In how many pieces a request's body has come so far; `null` where they are those of its stream. */
  piecesOf(bindings: unknown): number | null;
  /** True if `performance.now()` advances while code computes; on deployed Workers it does not. */
  readonly clockAdvancesDuringComputation: boolean;
  /** Stored parts that one request may read; `Infinity` where a runtime does not count them. */
  readonly maxPartReads: number;
  readonly inspection: Inspection;
  /** Charges work to the request or message that it is done for. */
  readonly telemetry: Telemetry;
  /** How requests went in the last hour. */
  readonly regions: RegionLog;
  /** The metrics as Prometheus reads them; `null` where they are written elsewhere. */
  readonly metricsPage: MetricsPage | null;
  /** Clips that are computed now, and those that wait, where that can be known. */
  load?(): { readonly running: number; readonly waiting: number };
  /** Lets `work` go on after the answer has been sent. */
  keepAlive(work: Promise<unknown>): void;
}
