/** Reading the variables of a runtime, each with an error that says what it may hold. */
import { UndertoneError } from "../errors.ts";

/** The rule of a variable that holds a number. */
export interface NumberRule {
  readonly wants: string;
  accepts(value: number): boolean;
}

/** A whole number above 0. */
export const WHOLE: NumberRule = {
  wants: "a whole number above 0",
  accepts: (value) => Number.isSafeInteger(value) && value > 0,
};

/** A whole number, 0 included. */
export const WHOLE_OR_NONE: NumberRule = {
  wants: "a whole number, 0 or more",
  accepts: (value) => Number.isSafeInteger(value) && value >= 0,
};

/** Any number above 0. */
export const POSITIVE: NumberRule = {
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

/** Reads a variable that holds 1 or 0; one that is unset or empty is off. */
export function readSwitch(variables: Readonly<Record<string, unknown>>, name: string): boolean {
  const text = readText(variables, name);
  if (!["", "0", "1"].includes(text)) throw malformed(name, "1 or 0", text);
  return text === "1";
}

/** A variable's text; wrangler.toml may give it as text or as a number. */
export function readText(variables: Readonly<Record<string, unknown>>, name: string): string {
  const value = variables[name] ?? "";
  return (typeof value === "string" ? value : JSON.stringify(value)).trim();
}

/** The error of a variable that holds something else than it should. */
export function malformed(name: string, wants: string, text: string): UndertoneError {
  return new UndertoneError(
    "internal",
    `The variable ${name} must be ${wants}, not ${JSON.stringify(text.slice(0, 80))}: correct it and start again.`,
  );
}
