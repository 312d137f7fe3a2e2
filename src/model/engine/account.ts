/** What a computation took. */
import type { EngineMemory } from "./memory/held.ts";
import type { EngineTimings } from "./stopwatch.ts";

/** The account of a run. */
export interface Account {
  /** The backends that computed it, such as `wasm`; `webgpu+wasm` if both did, for example after a device was lost. */
  readonly backend: string;
  readonly timings: EngineTimings;
  readonly memory: EngineMemory;
}
