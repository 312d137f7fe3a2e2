/** Errors of options, in the same words at every door. */
import type { z } from "zod";
import { UndertoneError } from "../../errors.ts";

/** The first thing wrong, as the error that names the option and what it accepts. */
export function optionError(error: z.ZodError, schema: z.ZodObject): UndertoneError {
  const issue = error.issues[0] as z.core.$ZodIssue;
  const option = issue.path.join(".");
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownOption(issue.keys[0] as string, schema);
    case "invalid_value":
      return invalidOption(option, issue.message, issue.values);
    default:
      return invalidOption(option, issue.message);
  }
}

/** The error of a value that an option does not take; `problem` follows the option's name. */
export function invalidOption(
  option: string,
  problem: string,
  accepted?: readonly unknown[],
): UndertoneError {
  return new UndertoneError("invalid-option", `Option \`${option}\` ${problem}.`, {
    option,
    ...(accepted && { accepted }),
  });
}

function unknownOption(option: string, schema: z.ZodObject): UndertoneError {
  const known = Object.keys(schema.shape);
  return new UndertoneError(
    "unknown-option",
    `There is no option \`${option}\`. The options are ${known.join(", ")}.`,
    { option, known },
  );
}
