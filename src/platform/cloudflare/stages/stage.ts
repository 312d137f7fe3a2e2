/** A Worker that is a stage: its part of the model, computed on its one thread for the Worker in front. */
import { waitUntil } from "cloudflare:workers";
import { createLedger } from "../../../ledger.ts";
import { createStage, type Stage } from "../../../model/stages/stage.ts";
import { countCacheWrites } from "../../../store/edge-cache.ts";
import { createCost } from "../../../telemetry/cost.ts";
import { NO_METRICS } from "../../../telemetry/metrics.ts";
import { createTelemetry, type Telemetry } from "../../../telemetry/telemetry.ts";
import { spanning } from "../../../telemetry/traces/span.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { openTracer } from "../../traces.ts";
import type { CloudflareBindings } from "../bindings.ts";
import { cacheTier } from "../colo-cache.ts";
import { isolateBackend } from "../isolate-backend.ts";
import { log, logDamage } from "../log.ts";
import { openPacks } from "../pack-storage.ts";
import { readEngineDigest, readPlace } from "./place.ts";

/** A stage, and what it can do ahead of its first order. */
export interface WorkerStage {
  /** As `Stage` does, as a part of the trace of `traceparent`. */
  answer(...order: [...Parameters<Stage["answer"]>, traceparent: string | null]): Promise<void>;
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
  const place = readPlace(bindings);
  const telemetry = openTelemetry(bindings, settings, place.stage);
  const cached = cacheTier(settings.publicOrigin, countCacheWrites(ledger, 1), telemetry);
  const { open: backend, prepare } = isolateBackend(settings, ledger);
  const stage = createStage({
    ...place,
    engineDigest: readEngineDigest(bindings),
    storage: openPacks(bindings.PACKS, cached, telemetry).storage,
    ...{ backend, ledger, limits: settings, reportDamage: logDamage, reportFault: logFault },
  });
  return {
    prepare,
    answer(order, emit, signal, traceparent) {
      const start = { name: `stage ${place.stage}`, kind: "server" } as const;
      const span = telemetry.tracer?.begin(start, traceparent);
      const work = () => stage.answer(order, emit, signal);
      return spanning(span, () => telemetry.charge(createCost(), work, span));
    },
  };
}

function openTelemetry(
  bindings: CloudflareBindings,
  { traces, region }: Settings,
  stage: number,
): Telemetry {
  const version = bindings.VERSION?.id ?? null;
  const service = { runtime: "workerd", traces, region, version, stage, metrics: NO_METRICS, log };
  return createTelemetry(NO_METRICS, openTracer({ ...service, keepAlive: waitUntil }));
}

function logFault(error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  log({ level: "error", event: "stage-failed", error: name, message, stack });
}
