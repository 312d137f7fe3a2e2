/** What a runtime provides; only functions/ chooses one. */
import type { CodecModules } from "../audio/codecs/codec-modules.ts";
import type { ModelRegistry } from "../model/registry.ts";
import type { Settings } from "./settings.ts";

/** One structured log line; values are plain JSON and never hold clips or secrets. */
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
  /** The WASM of audio codecs. */
  readonly codecs: CodecModules;
  /** Whether `performance.now()` advances while code computes; on deployed Workers it does not. */
  readonly clockAdvancesDuringComputation: boolean;
  log(entry: LogEntry): void;
}
