/** A Worker that is a stage: its part of the model, computed on its one thread for the Worker in front. */
import { createLedger } from "../../../ledger.ts";
import { createStage, type Stage } from "../../../model/stages/stage.ts";
import { countCacheWrites } from "../../../store/edge-cache.ts";
import { readSettings } from "../../settings.ts";
import type { CloudflareBindings } from "../bindings.ts";
import { cacheTier } from "../colo-cache.ts";
import { isolateBackend } from "../isolate-backend.ts";
import { log, logDamage } from "../log.ts";
import { openPacks } from "../pack-storage.ts";
import { readEngineDigest, readPlace } from "./place.ts";

/** A stage, and what it can do ahead of its first order. */
export interface WorkerStage extends Stage {
  /** Makes the backend; a failure is logged, and met again by the first order. */
  prepare(): Promise<void>;
}

/**
 * Makes the stage of one isolate; nothing is read before its first order.
 * @throws UndertoneError `internal` naming a malformed variable or a missing binding
 */
export function cloudflareStage(bindings: CloudflareBindings): WorkerStage {
  const settings = readSettings(bindings);
  const ledger = createLedger(settings.memoryBudgetBytes);
  const cached = cacheTier(settings.publicOrigin, countCacheWrites(ledger, 1));
  const { open: backend, prepare } = isolateBackend(settings, ledger);
  const stage = createStage({
    ...readPlace(bindings),
    engineDigest: readEngineDigest(bindings),
    storage: openPacks(bindings.PACKS, cached).storage,
    ...{ backend, ledger, limits: settings, reportDamage: logDamage, reportFault: logFault },
  });
  return { ...stage, prepare };
}

function logFault(error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  log({ level: "error", event: "stage-failed", error: name, message, stack });
}
