/** Bodies in JSON of Hugging Face's clients: the clip in `inputs`, and parameters. */
import type { Context } from "hono";
import type { Platform } from "../../platform/platform.ts";
import { MAX_HOOK_BYTES } from "../../platform/settings.ts";
import type { AppEnv } from "../context.ts";
import { fieldsOf } from "../request/clip-urls.ts";
import { openInlineClip } from "../request/inline-clip.ts";
import { isJson, malformedJson, readJson } from "../request/json-body.ts";
import type { Upload } from "../request/upload.ts";

const EXAMPLE = '{"inputs": "base64 or https://…", "parameters": {}}';

/** Parameters of a generating model, which clients may send; they change nothing. */
export const IGNORED_PARAMETER = "generation_parameters";

/** The body in JSON, as OpenAPI describes it. */
export const INPUTS_SCHEMA = {
  type: "object" as const,
  required: ["inputs"],
  properties: {
    inputs: {
      type: "string" as const,
      description: "An https URL of the clip, a data: URL or base64.",
    },
    parameters: {
      type: "object" as const,
      additionalProperties: true,
      description: "Options of the task.",
    },
  },
};

/** A clip in JSON that can be opened, and whether parameters came that change nothing. */
export interface InputsBody {
  readonly isIgnoring: boolean;
  open(): Upload;
}

/**
 * Reads the body; `null` for one that is no JSON but the clip.
 * @throws UndertoneError `malformed-json`, and what reading the body throws.
 */
export async function readInputs(
  platform: Platform,
  c: Context<AppEnv>,
): Promise<InputsBody | null> {
  const from = { request: c.req.raw, terms: c.get("bodyTerms") };
  if (!isJson(from.request)) return null;
  const body = await readJson(from.request, from.terms, EXAMPLE, MAX_HOOK_BYTES);
  const { inputs: text, parameters = {}, ...rest } = membersOf(body);
  if (typeof text !== "string") throw malformedJson(EXAMPLE);
  const { [IGNORED_PARAMETER]: ignored, ...options } = { ...rest, ...membersOf(parameters) };
  const given = Object.entries(options).filter(([, value]) => value !== null);
  const fields = fieldsOf(Object.fromEntries(given));
  return {
    isIgnoring: ignored !== undefined,
    open: () => openInlineClip(platform, from, { member: "inputs", text, fields }),
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return { ...value };
  throw malformedJson(EXAMPLE);
}
