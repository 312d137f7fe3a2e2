/** POST /v1/embeddings: one vector for a clip, or as OpenAI's API has it for the clips of `input`. */
import type { z } from "@hono/zod-openapi";
import { MAX_HOOK_BYTES } from "../../platform/settings.ts";
import { EmbeddingOptionsSchema, embeddingTask } from "../../tasks/embedding.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipBody } from "../request/clip-body.ts";
import { openNamedClip } from "../request/clip-urls.ts";
import { isJson, readJson } from "../request/json-body.ts";
import { runTask } from "../request/run-task.ts";
import { EmbeddingListSchema, embedInputs, inputsSchema } from "./inputs.ts";
import { EmbeddingSchema } from "./schema.ts";

const EXAMPLE = '{"audio_url": "https://…"} or {"input": "https://…"}';

const BODY = clipBody(EmbeddingOptionsSchema);
const NAMED = BODY.content["application/json"].schema;

/**
 * Answers with the speaker's embedding where the model has a head for it, else with pooled features.
 * @throws UndertoneError what `runTask`, `embedInputs` and reading a body in JSON throw.
 */
const computeEmbedding = endpoint({
  route: {
    method: "post",
    path: "/v1/embeddings",
    operationId: "computeEmbedding",
    summary: "Computes one vector for a clip, or for each clip of `input`",
    tags: ["tasks"],
    request: {
      query: EmbeddingOptionsSchema,
      body: {
        ...BODY,
        content: {
          ...BODY.content,
          "application/json": { schema: { anyOf: [NAMED, inputsSchema()] } },
        },
      },
    },
    responses: {
      200: {
        description: "The vector, or for `input` a list of vectors",
        headers: ANSWER_HEADERS,
        content: { "application/json": { schema: EmbeddingSchema.or(EmbeddingListSchema) } },
      },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle: (platform) => async (c) => {
    const query = c.req.valid("query");
    const request = c.req.raw;
    const terms = c.get("bodyTerms");
    const named = isJson(request) ? await readJson(request, terms, EXAMPLE, MAX_HOOK_BYTES) : null;
    if (hasInput(named)) {
      const { answer, headers } = await embedInputs(platform, c, named, query);
      return c.json(answer as z.input<typeof EmbeddingListSchema>, 200, headers);
    }
    const open = named === null ? undefined : () => openNamedClip(platform, named, request, terms);
    const { body, headers } = await runTask(platform, c, embeddingTask, query, open);
    return c.json(body as z.input<typeof EmbeddingSchema>, 200, headers);
  },
});

function hasInput(body: unknown): body is Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null && "input" in body;
}

/** /v1/embeddings. */
export const embeddings: readonly Endpoint[] = [computeEmbedding];
