/** Options that the benches share. */
import { InvalidArgumentError } from "commander";

/** Parses a number of runs, seconds or megabytes. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("It has to be a whole number above 0.");
}
