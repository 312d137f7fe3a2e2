/** Every limit of the service, by name and with its default. */
import { UndertoneError } from "../errors.ts";
import { isPackId } from "../model/pack.ts";

/** Settings of a deployment; the variable that sets each is its name in capitals. */
export interface Settings {
  /** `MAX_CLIP_BYTES`: the largest request body; 32 MiB by default. */
  readonly maxClipBytes: number;
  /** `MAX_CLIP_SECONDS`: the longest clip, or part of one; 30 by default. */
  readonly maxClipSeconds: number;
  /** `MAX_DECODED_SECONDS`: how far into a clip a part of it may lie, at least `MAX_CLIP_SECONDS`; 300 by default. */
  readonly maxDecodedSeconds: number;
  /** `DEFAULT_MODEL`: the pack that answers requests which name none; empty, the default, means the first by id. */
  readonly defaultModel: string;
  /** `MEMORY_BUDGET_MB`: 10⁶ bytes of heap, weights and buffers together; 96 by default, for Workers' 128 MB. */
  readonly memoryBudgetBytes: number;
  /** `MAX_QUEUE`: computations that may wait while one runs, 0 for none; 8 by default. */
  readonly maxQueue: number;
  /** `WINDOW_SECONDS`: longer clips are computed in overlapping windows of this length; 30 by default. */
  readonly windowSeconds: number;
}

/**
 * Reads settings from a runtime's variables; one that is unset or empty has its default.
 * @throws UndertoneError `internal` naming the variable and what it may hold.
 */
export function readSettings(variables: Readonly<Record<string, unknown>>): Settings {
  return {
    maxClipBytes: readNumber(variables, "MAX_CLIP_BYTES", 32 * 1024 * 1024, WHOLE),
    maxClipSeconds: readNumber(variables, "MAX_CLIP_SECONDS", 30, POSITIVE),
    maxDecodedSeconds: readNumber(variables, "MAX_DECODED_SECONDS", 300, POSITIVE),
    defaultModel: readPackId(variables, "DEFAULT_MODEL"),
    memoryBudgetBytes: readNumber(variables, "MEMORY_BUDGET_MB", 96, WHOLE) * 1e6,
    maxQueue: readNumber(variables, "MAX_QUEUE", 8, WHOLE_OR_NONE),
    windowSeconds: readNumber(variables, "WINDOW_SECONDS", 30, POSITIVE),
  };
}

/** What a variable that holds a number accepts. */
export interface NumberRule {
  readonly wants: string;
  accepts(value: number): boolean;
}

export const WHOLE: NumberRule = {
  wants: "a whole number above 0",
  accepts: (value) => Number.isSafeInteger(value) && value > 0,
};
const WHOLE_OR_NONE: NumberRule = {
  wants: "a whole number, 0 or more",
  accepts: (value) => Number.isSafeInteger(value) && value >= 0,
};
const POSITIVE: NumberRule = {
  wants: "a number above 0",
  accepts: (value) => Number.isFinite(value) && value > 0,
};
const DECIMAL = /^\d+(\.\d+)?$/;

/** Reads a variable that holds a number; one that is unset or empty has its default. */
export function readNumber(
  variables: Readonly<Record<string, unknown>>,
  name: string,
  fallback: number,
  rule: NumberRule,
): number {
  const text = readText(variables, name);
  if (text === "") return fallback;
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!rule.accepts(value)) throw malformed(name, rule.wants, text);
  return value;
}

function readPackId(variables: Readonly<Record<string, unknown>>, name: string): string {
  const text = readText(variables, name);
  if (text !== "" && !isPackId(text)) {
    throw malformed(name, "the id of a pack, such as synthetic-base-plus-q8", text);
  }
  return text;
}

/** A variable's text; wrangler.toml may give it as text or as a number. */
export function readText(variables: Readonly<Record<string, unknown>>, name: string): string {
  const value = variables[name] ?? "";
  return (typeof value === "string" ? value : JSON.stringify(value)).trim();
}

function malformed(name: string, wants: string, text: string): UndertoneError {
  return new UndertoneError(
    "internal",
    `The variable ${name} must be ${wants}, not ${JSON.stringify(text.slice(0, 80))}: correct it and start again.`,
  );
}
