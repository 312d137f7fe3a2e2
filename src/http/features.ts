/** POST /v1/features: a clip in, hidden states out. */
import { createRoute, type RouteHandler } from "@hono/zod-openapi";
import type { Context } from "hono";
import { featurizePrepared } from "../featurize.ts";
import type { Platform } from "../platform/platform.ts";
import { ANSWER_HEADERS, answerHeaders } from "./answer-headers.ts";
import { clipBody } from "./clip-body.ts";
import type { AppEnv } from "./context.ts";
import { encodeFeatures, type Format } from "./formats/format.ts";
import { chooseFormat, MEDIA_TYPES } from "./negotiate.ts";
import { FeatureOptionsSchema } from "./option-schema.ts";
import { type RequestOptions, requireEncodable, resolveOptions } from "./options.ts";
import { openModel, readClip } from "./read-clip.ts";
import { PROBLEM_RESPONSES } from "./responses.ts";
import { FeaturesSchema } from "./schemas.ts";
import { streamParts } from "./stream.ts";

type BinaryMediaType = Exclude<(typeof MEDIA_TYPES)[Format][number], "application/json">;

const BINARY_ANSWERS = Object.fromEntries(
  [...MEDIA_TYPES.npy, ...MEDIA_TYPES.npz, ...MEDIA_TYPES.safetensors].map((type) => [
    type,
    { schema: {} },
  ]),
) as Record<BinaryMediaType, { schema: object }>;

export const featuresRoute = createRoute({
  method: "post",
  path: "/v1/features",
  operationId: "computeFeatures",
  summary: "Computes WavLM features of a clip",
  request: {
    query: FeatureOptionsSchema,
    body: clipBody(FeatureOptionsSchema),
  },
  responses: {
    200: {
      description: "The features",
      headers: ANSWER_HEADERS,
      content: { ...BINARY_ANSWERS, "application/json": { schema: FeaturesSchema } },
    },
    ...PROBLEM_RESPONSES,
  },
});

/**
 * Decodes the clip as it arrives, computes and writes the answer.
 * @throws UndertoneError what `readClip`, `resolveOptions`, `chooseFormat`, the registry and `featurizePrepared` throw.
 */
export function computeFeatures(platform: Platform): RouteHandler<typeof featuresRoute, AppEnv> {
  return async (c) => {
    const { clip, options, planned } = await readClip(platform, c, {
      resolve: (fields) => resolveOptions(c.req.valid("query"), fields),
      plan: (known) => planAnswer(platform, c, known),
    });
    const { engine, chosen } = planned;
    const features = await featurizePrepared(clip, engine, options, c.req.raw.signal);
    c.set("memory", features.memory);
    const parts = encodeFeatures(features, {
      format: chosen.format,
      encoding: options.encoding ?? "float",
      dtype: options.dtype,
      pool: options.pool,
      requestId: c.get("requestId"),
    });
    return c.body(streamParts(parts), 200, {
      "Content-Type": chosen.mediaType,
      ...answerHeaders(features, platform.clockAdvancesDuringComputation),
    });
  };
}

/** Finds what the options ask for, and refuses what no answer can hold. */
async function planAnswer(platform: Platform, c: Context<AppEnv>, options: RequestOptions) {
  const chosen = chooseFormat(options.format, c.req.header("Accept"));
  const engine = await openModel(platform, c, options.model);
  requireEncodable(options, chosen.format, engine.manifest);
  return { chosen, engine };
}
