/** POST /v1/embeddings: one vector for a clip. */
import { embeddingTask } from "../../tasks/embedding.ts";
import type { Endpoint } from "../endpoint.ts";
import { taskEndpoint } from "../request/task-endpoint.ts";
import { EmbeddingSchema } from "./schema.ts";

/** Answers with the speaker's embedding where the model has a head for it, else with pooled features. */
const computeEmbedding = taskEndpoint({
  path: "/v1/embeddings",
  operationId: "computeEmbedding",
  summary: "Computes one vector for a clip",
  task: embeddingTask,
  schema: EmbeddingSchema,
  description: "The vector",
});

/** /v1/embeddings. */
export const embeddings: readonly Endpoint[] = [computeEmbedding];
