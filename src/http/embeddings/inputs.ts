/** Embeddings as OpenAI's API has them: `input` of a body in JSON, one clip or several, and a list of vectors. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { encodeBase64 } from "../../crypto/bytes.ts";
import { UndertoneError } from "../../errors.ts";
import type { Platform } from "../../platform/platform.ts";
import type { EmbeddingAnswer } from "../../tasks/answers.ts";
import { EmbeddingOptionsSchema, embeddingTask } from "../../tasks/embedding.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import { oneOf, text, wholeNumber } from "../../tasks/options/schema.ts";
import type { Task } from "../../tasks/task.ts";
import type { AppEnv } from "../context.ts";
import { fieldsOf } from "../request/clip-urls.ts";
import { openInlineClip } from "../request/inline-clip.ts";
import { runTask } from "../request/run-task.ts";

/** They are computed one after the other while the caller waits. */
const MAX_INPUTS = 8;
const MAX_DIMENSIONS = 65_536;

/** Those of the endpoint, and OpenAI's. */
const InputOptionsSchema = EmbeddingOptionsSchema.extend({
  encoding_format: oneOf(["float", "base64"])
    .optional()
    .describe("Numbers, or base64 of little-endian float32. Default: float."),
  dimensions: wholeNumber(1, MAX_DIMENSIONS)
    .optional()
    .describe("If given, has to be the length that the vector has anyway."),
  user: text().optional().describe("Accepted, and changes nothing."),
});

const ITEM = {
  type: "string",
  description: "An https URL of a clip, a data: URL or base64.",
} as const;

/** The body in JSON, as OpenAPI describes it. */
export function inputsSchema() {
  return {
    type: "object" as const,
    required: ["input"],
    properties: {
      input: { anyOf: [ITEM, { type: "array", items: ITEM, minItems: 1, maxItems: MAX_INPUTS }] },
      ...z.toJSONSchema(InputOptionsSchema, { io: "input" }).properties,
    },
  };
}

/** The answer. */
export const EmbeddingListSchema = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        object: z.literal("embedding"),
        index: z.number().int(),
        embedding: z
          .union([z.array(z.number()).readonly(), z.string()])
          .describe("Numbers, or base64 of little-endian float32, as encoding_format says."),
      }),
    ),
    model: z.string(),
    usage: z
      .object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() })
      .describe("Frames of all clips: the model's unit of what it reads."),
  })
  .openapi("EmbeddingList");

type InputOptions = z.output<typeof InputOptionsSchema>;

const task: Task<typeof InputOptionsSchema, EmbeddingAnswer> = {
  ...embeddingTask,
  options: InputOptionsSchema,
};

/**
 * Computes the embedding of each clip of `body`, one after the other.
 * @throws UndertoneError `invalid-option`, and what `openInlineClip` and `runTask` throw (of several clips, saying which).
 */
export async function embedInputs(
  platform: Platform,
  c: Context<AppEnv>,
  { input, ...members }: Readonly<Record<string, unknown>>,
  query: z.output<typeof EmbeddingOptionsSchema>,
) {
  const texts = textsOf(input);
  const fields = fieldsOf(members);
  const from = { request: c.req.raw, terms: c.get("bodyTerms") };
  const data: z.output<typeof EmbeddingListSchema>["data"][number][] = [];
  let frames = 0;
  let last: { readonly id: string; readonly headers: Record<string, string> } | undefined;
  for (const [index, text] of texts.entries()) {
    const open = () => openInlineClip(platform, from, { member: "input", text, fields });
    const answer = await namingInput(index, texts.length, () =>
      runTask(platform, c, task, query, open),
    );
    const { body, options, headers } = answer;
    data.push({ object: "embedding", index, embedding: encoded(body.embedding, options) });
    frames += body.frames;
    last = { id: body.model.id, headers };
  }
  const usage = { prompt_tokens: frames, total_tokens: frames };
  const answer = { object: "list" as const, data, model: last?.id ?? "", usage };
  return { answer, headers: last?.headers ?? {} };
}

function textsOf(input: unknown): readonly string[] {
  const all = Array.isArray(input) ? input : [input];
  const isRight =
    all.length > 0 && all.length <= MAX_INPUTS && all.every((one) => typeof one === "string");
  if (isRight) return all;
  throw invalidOption(
    "input",
    `has to be a clip or an array of 1 to ${MAX_INPUTS} clips, each an https URL, a data: URL or base64. Batches take more: POST /v1/batches`,
  );
}

function encoded(vector: readonly number[], options: InputOptions): readonly number[] | string {
  const { dimensions, encoding_format: format } = options;
  if (dimensions !== undefined && dimensions !== vector.length) {
    throw invalidOption(
      "dimensions",
      `has to be ${vector.length} or left out: vectors are not cut`,
    );
  }
  if (format !== "base64") return vector;
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) bytes.setFloat32(index * 4, value, true);
  return encodeBase64(new Uint8Array(bytes.buffer));
}

/** Says in errors about one of several clips which it is. */
async function namingInput<Result>(
  index: number,
  count: number,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (count === 1 || !(cause instanceof UndertoneError)) throw cause;
    const message = `input[${index}]: ${cause.message}`;
    throw new UndertoneError(cause.slug, message, { ...cause.extensions, input: index }, { cause });
  }
}
