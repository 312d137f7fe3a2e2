/** The schema of embeddings. */
import { z } from "@hono/zod-openapi";
import { VECTOR_POOLS } from "../../tasks/embedding.ts";
import { CLIP_ANSWER, REQUEST_ID } from "../answer/clip-schema.ts";

/** POST /v1/embeddings. */
export const EmbeddingSchema = z
  .object({
    ...CLIP_ANSWER,
    method: z
      .enum(["xvector", "pooled"])
      .describe("The model's speaker head, or features pooled over time."),
    pool: z.enum(VECTOR_POOLS).optional().describe("Of pooled features."),
    layer: z.string().optional().describe("Of pooled features: which output."),
    l2: z.boolean().describe("Whether the vector was scaled to length 1."),
    size: z.number().int(),
    embedding: z.array(z.number()).readonly(),
    ...REQUEST_ID,
  })
  .openapi("Embedding");
