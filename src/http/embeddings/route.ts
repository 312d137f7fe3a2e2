/** POST /v1/embeddings: one vector for a clip. */
import { EmbeddingOptionsSchema, embeddingTask } from "../../tasks/embedding.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipBody } from "../request/clip-body.ts";
import { runTask } from "../request/run-task.ts";
import { EmbeddingSchema } from "./schema.ts";

/**
 * Answers with the speaker's embedding where the model has a head for it, else with pooled features.
 * @throws UndertoneError what `runTask` throws.
 */
export const computeEmbedding = endpoint({
  route: {
    method: "post",
    path: "/v1/embeddings",
    operationId: "computeEmbedding",
    summary: "Computes one vector for a clip",
    tags: ["tasks"],
    request: { query: EmbeddingOptionsSchema, body: clipBody(EmbeddingOptionsSchema) },
    responses: {
      200: { ...json(EmbeddingSchema, "The vector"), headers: ANSWER_HEADERS },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle(platform) {
    return async (c) => {
      const { body, headers } = await runTask(platform, c, embeddingTask, c.req.valid("query"));
      return c.json(body, 200, headers);
    };
  },
});

/** /v1/embeddings. */
export const embeddings: readonly Endpoint[] = [computeEmbedding];
