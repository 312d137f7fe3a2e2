/** Options of the command line that are those of an endpoint: one list, two ways to give them. */
import type { Command } from "commander";
import { z } from "zod";

/** Adds an option for each of a schema's, without the model's, which is the pack that is named. */
export function addOptionsOf(command: Command, schema: z.ZodObject): Command {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  for (const [name, property] of Object.entries(properties)) {
    if (name === "model" || typeof property !== "object") continue;
    const option = `--${name.replaceAll("_", "-")}`;
    const isFlag = property.enum?.includes("true");
    const choices = isFlag || property.enum === undefined ? "" : ` (${property.enum.join(", ")})`;
    command.option(isFlag ? option : `${option} <value>`, `${property.description}${choices}`);
  }
  return command;
}

/** What was given of a schema's options, as the fields of a form. */
export function givenOptions(flags: object, schema: z.ZodObject): Map<string, readonly string[]> {
  const given = new Map(Object.entries(flags));
  const fields = Object.keys(schema.shape).flatMap((name) => {
    const value = given.get(camelCased(name));
    return value === undefined || name === "model" ? [] : [[name, [String(value)]] as const];
  });
  return new Map(fields);
}

/** As commander names what it parsed. */
function camelCased(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
