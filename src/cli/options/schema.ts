/** Options of the command line that are those of an endpoint: one list, two ways to give them. */
import type { Command } from "commander";
import { z } from "zod";
import { UndertoneError } from "../../errors.ts";
import { joinOptions } from "../../tasks/options/request.ts";
import type { TaskOptionsSchema } from "../../tasks/task.ts";
import { OPTION_HELP, type OptionHelp } from "./help.ts";

/** Adds an option for each of a schema's, without the model's, which is the pack that is named. */
export function addOptionsOf(
  command: Command,
  schema: z.ZodObject,
  ownHelp: Readonly<Record<string, OptionHelp>> = {},
): Command {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  for (const [name, property] of Object.entries(properties)) {
    if (name === "model" || typeof property !== "object") continue;
    const { value, help } = ownHelp[name] ??
      OPTION_HELP[name] ?? { value: "value", help: property.description ?? "" };
    const words = value === undefined ? [] : (property.enum ?? []);
    const isListed = words.every((word) => help.includes(String(word)));
    const choices = isListed ? "" : `: ${words.join(", ")}`;
    const [sentence, fallback = ""] = help.split(/(?= \(default)/);
    const flag = value === undefined ? flagOf(name) : `${flagOf(name)} <${value}>`;
    command.option(flag, `${sentence}${choices}${fallback}`);
  }
  return command;
}

/**
 * Reads a command's flags by a schema.
 * @throws UndertoneError `invalid-option`, which names the flag.
 */
export function readOptions<Schema extends TaskOptionsSchema>(
  schema: Schema,
  flags: object,
): z.output<Schema> {
  return namingFlags(() => joinOptions(schema, {}, givenOptions(flags, schema)));
}

/** Has errors about options name them as flags. */
export function namingFlags<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    const option = cause instanceof UndertoneError ? cause.extensions.option : undefined;
    if (!(cause instanceof UndertoneError) || typeof option !== "string") throw cause;
    const message = cause.message.replace(`Option \`${option}\``, flagOf(option));
    throw new UndertoneError(cause.slug, message, cause.extensions, { cause });
  }
}

/** The options of a schema that were given, as form fields. */
export function givenOptions(flags: object, schema: z.ZodObject): Map<string, readonly string[]> {
  const given = new Map(Object.entries(flags));
  const fields = Object.keys(schema.shape).flatMap((name) => {
    const value = given.get(camelCased(name));
    return value === undefined || name === "model" ? [] : [[name, [String(value)]] as const];
  });
  return new Map(fields);
}

function flagOf(name: string): string {
  return `--${name.replaceAll("_", "-")}`;
}

/** As commander names what it parsed. */
function camelCased(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
