/** Facts about a runtime that only the runtime knows, for GET /v1/self-test. */
import type { HeapNeeds } from "../model/engine/memory/plan.ts";
import type { ProbeEngine } from "../model/probe/engine-probe.ts";
import type { Store } from "../store/store.ts";

/** Where a request was received, as far as that is known. */
export interface Place {
  /** Cloudflare's data centre, such as `ARN`. */
  readonly colo: string | null;
  /** Of the client: ISO 3166-1. */
  readonly country: string | null;
  /** Of the client: two letters, such as `EU`. */
  readonly continent: string | null;
}

/** The life of an isolate or process so far. */
export interface Life {
  /** True if it was started for what it does now. */
  readonly isCold: boolean;
  /** Since its first request on Workers, whose clock does not run before; since it was started on Node. */
  readonly ageMs: number;
  /** Until it could answer; `null` where its clock did not run meanwhile. */
  readonly startupMs: number | null;
  /** The deployed version; `null` where there is none. */
  readonly version: string | null;
}

/** A tier in front of the store of packs. */
export interface CacheTier {
  /** Such as `Cache API`. */
  readonly name: string;
  /** Writes an entry, reads it back and removes it; true if it came back as it was. */
  roundTrip(): Promise<boolean>;
  /** What to do if it does not. */
  readonly advice: string;
}

/** The parts of a platform that a self-test looks at. */
export interface Inspection {
  readonly probeEngine: ProbeEngine;
  readonly heapNeeds: HeapNeeds;
  /** The store of packs without what caches it. */
  readonly packSource: Store;
  /** Outermost first. */
  readonly caches: readonly CacheTier[];
  life(): Life;
  placeOf(request: Request): Place;
}
