/** Bodies in JSON: URLs of clips, and options beside them. */
import { breathe } from "../../breathe.ts";
import { UndertoneError } from "../../errors.ts";
import { type BodyTerms, readBody } from "./body/body.ts";
import { faultOfJsonSize } from "./json-bounds.ts";

const MAX_JSON_BYTES = 64 * 1024;

/** True for a body that calls itself JSON. */
export function isJson({ headers }: Request): boolean {
  return /^application\/json\b/i.test(headers.get("Content-Type") ?? "");
}

/**
 * Reads a body of at most `maxBytes`, 64 kB if left out, as JSON of at most 64 kB outside of strings and 100 levels.
 * @param example a body as it should be, for the error
 * @throws UndertoneError `body-too-large`, `malformed-json`, and what reading the body throws.
 */
export async function readJson(
  request: Request,
  terms: BodyTerms,
  example: string,
  maxBytes = MAX_JSON_BYTES,
): Promise<unknown> {
  const bytes = await readBody(request, maxBytes, terms);
  const fault = await faultOfJsonSize(bytes);
  if (fault !== null)
    throw new UndertoneError("malformed-json", `The body ${fault}. Send ${example}.`);
  const text = decodeText(bytes, example);
  await breathe();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformedJson(example, cause);
  }
}

function decodeText(bytes: Uint8Array, example: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformedJson(example, cause);
  }
}

/** The error of a body that is no JSON, or not the one that is wanted. */
export function malformedJson(example: string, cause?: unknown): UndertoneError {
  return new UndertoneError(
    "malformed-json",
    `The body has to be a JSON object such as ${example}.`,
    {},
    { cause },
  );
}

/** Numbers and booleans of JSON as they are written in a query. */
export function asText(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === "number" || typeof value === "boolean" ? String(value) : value,
  ]);
  return Object.fromEntries(entries);
}
