/** Creates the engine that a pack needs. */
import type { Engine, EngineParts } from "./engine.ts";
import { createExportedEngine } from "./exported/engine.ts";
import { exportedProgram } from "./exported/outputs.ts";
import { createSegmentedEngine } from "./segmented-engine.ts";

/** Creates the engine of one pack; nothing is read before it runs. */
export function createEngine(parts: EngineParts): Engine {
  const isExported = exportedProgram(parts.manifest) !== undefined;
  return isExported ? createExportedEngine(parts) : createSegmentedEngine(parts);
}
