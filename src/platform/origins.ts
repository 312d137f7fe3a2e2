/** Variables that hold origins. */
import { malformed, readText } from "./variables.ts";

/**
 * The origin that a variable names; empty if it is unset.
 * @throws UndertoneError `internal` for anything else
 */
export function readOrigin(variables: Readonly<Record<string, unknown>>, name: string): string {
  const text = readText(variables, name);
  if (text === "" || URL.parse(text)?.origin === text) return text;
  throw malformed(name, "an origin without a path, such as https://undertone.example.com", text);
}

/**
 * The origins that a variable names, divided by commas or spaces; `*` may be one of them.
 * @throws UndertoneError `internal` for anything else
 */
export function readOrigins(variables: Readonly<Record<string, unknown>>, name: string): string[] {
  const origins = readText(variables, name)
    .split(/[\s,]+/)
    .filter((origin) => origin !== "");
  const wrong = origins.find((origin) => origin !== "*" && URL.parse(origin)?.origin !== origin);
  if (wrong === undefined) return origins;
  throw malformed(name, "origins without a path, such as https://app.example.com, or *", wrong);
}
