/** Where the models of a Worker are computed: in its own isolate or in stages. Each file beside this one is one place. */
import type { MemoryLedger } from "../../../ledger.ts";
import type { HeapNeeds } from "../../../model/engine/memory/plan.ts";
import type { PackStorage } from "../../../model/pack/manifest.ts";
import type { ModelRegistry } from "../../../model/pack/registry.ts";
import type { ProbeEngine } from "../../../model/probe/engine-probe.ts";
import type { Telemetry } from "../../../telemetry/telemetry.ts";
import type { Settings } from "../../settings.ts";
import type { CloudflareBindings } from "../bindings.ts";

/** The models of a Worker. */
export interface WorkerEngines {
  readonly models: ModelRegistry;
  readonly probe: ProbeEngine;
  readonly heapNeeds: HeapNeeds;
  /** Does ahead what the first clip would wait for; a failure is logged, and met again by that clip. */
  prepare(): Promise<void>;
}

/**
 * Opens the models of a Worker; nothing is read yet.
 * @throws UndertoneError `internal` naming a binding or variable that is missing or malformed
 */
export type OpenEngines = (
  bindings: CloudflareBindings,
  settings: Settings,
  isolate: {
    readonly storage: PackStorage;
    readonly ledger: MemoryLedger;
    readonly telemetry: Telemetry;
  },
) => WorkerEngines;
