/** Where a Worker reads packs: R2 behind Workers Cache and the colo's cache, concurrent reads joined. */
import { exports, waitUntil } from "cloudflare:workers";
import { PACK_BLOBS } from "../../store/edge-cache.ts";
import { r2Store } from "../../store/r2.ts";
import { singleFlight } from "../../store/single-flight.ts";
import type { Store } from "../../store/store.ts";
import { type BlobEntrypoint, withWorkersCache } from "../../store/workers-cache.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { tellPackOutages } from "../outages.ts";
import { traceService } from "../traced.ts";
import type { CacheTier } from "./colo-cache.ts";
import { log } from "./log.ts";

/** The packs of a Worker. */
export interface WorkerPacks {
  /** Through every tier. */
  readonly storage: Store;
  /** The bucket alone. */
  readonly bucket: Store;
}

/** functions/blobs.ts */
export const blobEntrypoint: BlobEntrypoint = { fetch: (url) => exports.Blobs.fetch(url) };

/**
 * Opens the bucket PACKS.
 * @throws UndertoneError `internal` if `binding` is no R2 binding
 */
export function openPacks(binding: unknown, cached: CacheTier, telemetry: Telemetry): WorkerPacks {
  const bucket = tellPackOutages(r2Store(binding), log);
  const tiered = withWorkersCache(bucket, blobEntrypoint, PACK_BLOBS.prefix);
  const traced = traceService("packs", cached(tiered, PACK_BLOBS), telemetry);
  return { storage: singleFlight(traced, waitUntil), bucket };
}
