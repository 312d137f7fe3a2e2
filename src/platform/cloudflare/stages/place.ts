/** The variables that 'npm run deploy -- --stages' gives the Workers of one deployment. */
import { DEFAULT_STAGE_MEMORY_MB, MAX_STAGES } from "../../../model/stages/parts.ts";
import type { StagePlace } from "../../../model/stages/refusals.ts";
import { malformed, readNumber, readText, WHOLE } from "../../variables.ts";
import type { CloudflareBindings } from "../bindings.ts";

/** @throws UndertoneError `internal` unless STAGES is a number of stages */
export function readStageCount(bindings: CloudflareBindings): number {
  return readPlaceNumber(bindings, "STAGES", MAX_STAGES);
}

/** @throws UndertoneError `internal` unless STAGE and STAGES are the place of a stage */
export function readPlace(bindings: CloudflareBindings): StagePlace {
  const stages = readStageCount(bindings);
  return { stage: readPlaceNumber(bindings, "STAGE", stages), stages };
}

/** @throws UndertoneError `internal` unless STAGE_MEMORY_BUDGET_MB is a whole number */
export function readStageBudgetBytes(bindings: CloudflareBindings): number {
  return readNumber(bindings, "STAGE_MEMORY_BUDGET_MB", DEFAULT_STAGE_MEMORY_MB, WHOLE) * 1e6;
}

/** @throws UndertoneError `internal` unless ENGINE_DIGEST is a SHA-256 */
export function readEngineDigest(bindings: CloudflareBindings): string {
  const text = readText(bindings, "ENGINE_DIGEST");
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw malformed("ENGINE_DIGEST", "the SHA-256 that 'npm run deploy -- --stages' writes", text);
}

function readPlaceNumber(bindings: CloudflareBindings, name: string, most: number): number {
  const text = readText(bindings, name);
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw malformed(name, `1 to ${most}, as 'npm run deploy -- --stages' writes it`, text);
}
