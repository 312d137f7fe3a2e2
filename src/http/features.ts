/** POST /v1/features: a clip in, hidden states out. */
import { createRoute, type RouteHandler, z } from "@hono/zod-openapi";
import type { KeptFeatures } from "../featurize.ts";
import type { Platform } from "../platform/platform.ts";
import { featureCache } from "./cached-features.ts";
import type { AppEnv } from "./context.ts";
import { encodeFeatures, type Format } from "./formats/format.ts";
import { chooseFormat, MEDIA_TYPES } from "./negotiate.ts";
import { requireEncodable, resolveOptions } from "./options.ts";
import { PROBLEM_RESPONSES } from "./responses.ts";
import { FeatureOptionsSchema, FeaturesSchema } from "./schemas.ts";
import { CACHED, serverTiming } from "./server-timing.ts";
import { streamParts } from "./stream.ts";
import { readUpload } from "./upload.ts";

type BinaryMediaType = Exclude<(typeof MEDIA_TYPES)[Format][number], "application/json">;

const BINARY_ANSWERS = Object.fromEntries(
  [...MEDIA_TYPES.npy, ...MEDIA_TYPES.npz, ...MEDIA_TYPES.safetensors].map((type) => [
    type,
    { schema: {} },
  ]),
) as Record<BinaryMediaType, { schema: object }>;

const ANSWER_HEADERS = headersOf({
  "X-Request-Id": "The request's own id, or a new one.",
  "Server-Timing": "Milliseconds of each stage, where the runtime's clock can tell.",
  "Cache-Status": "hit, or why the features were computed (RFC 9211).",
  "X-Undertone-Model": "The id of the model.",
  "X-Undertone-Precision": "The precision of its weights.",
  "X-Undertone-Pack-Digest": "SHA-256 of the pack's manifest.",
  "X-Undertone-Weights": "checkpoint or synthetic; features of synthetic weights mean nothing.",
});

/** What features look like in an answer. */
export const FEATURES_ANSWER = {
  description: "The features",
  headers: ANSWER_HEADERS,
  content: { ...BINARY_ANSWERS, "application/json": { schema: FeaturesSchema } },
};

/** Bodies are described by plain JSON schemas: zod ones would have them parsed before they are bounded. */
export const featuresRoute = createRoute({
  method: "post",
  path: "/v1/features",
  operationId: "computeFeatures",
  summary: "Computes WavLM features of a clip",
  request: {
    query: FeatureOptionsSchema,
    body: {
      required: true,
      content: {
        "application/octet-stream": {
          schema: { description: "The clip; any Content-Type will do." },
        },
        "multipart/form-data": { schema: formSchema() },
      },
    },
  },
  responses: {
    200: FEATURES_ANSWER,
    ...PROBLEM_RESPONSES,
  },
});

/**
 * Reads the clip and its options, computes and writes the answer; whatever can be refused is refused before computing.
 * @throws UndertoneError what `readUpload`, `resolveOptions`, `chooseFormat`, the registry and `featurize` throw.
 */
export function computeFeatures(platform: Platform): RouteHandler<typeof featuresRoute, AppEnv> {
  const { settings, models } = platform;
  const featuresOf = featureCache(platform);
  return async (c) => {
    const { clip, fields } = await readUpload(c.req.raw, settings.maxClipBytes);
    const options = resolveOptions(c.req.valid("query"), fields);
    const chosen = chooseFormat(options.format, c.req.header("Accept"));
    const pack = await models.find(options.model);
    c.set("model", pack.manifest);
    requireEncodable(options, chosen.format, pack.manifest.architecture.layerCount);
    const { features, cacheStatus } = await featuresOf({
      clip,
      pack,
      options,
      cacheControl: c.req.header("Cache-Control"),
      signal: c.req.raw.signal,
    });
    if ("memory" in features) c.set("memory", features.memory);
    const parts = encodeFeatures(features, {
      format: chosen.format,
      encoding: options.encoding ?? "float",
      dtype: options.dtype,
      pool: options.pool,
      requestId: c.get("requestId"),
    });
    return c.body(streamParts(parts), 200, {
      "Content-Type": chosen.mediaType,
      "Cache-Status": cacheStatus,
      "Server-Timing":
        "timings" in features
          ? serverTiming(features.timings, platform.clockAdvancesDuringComputation)
          : CACHED,
      ...stampHeaders(features),
    });
  };
}

/** Which pack made an answer. */
export function stampHeaders({ model }: KeptFeatures): Record<string, string> {
  return {
    "X-Undertone-Model": model.id,
    "X-Undertone-Precision": model.precision,
    "X-Undertone-Pack-Digest": model.packDigest,
    "X-Undertone-Weights": model.weights,
  };
}

function headersOf(descriptions: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [
      name,
      { description, schema: { type: "string" as const } },
    ]),
  );
}

function formSchema(): object {
  const options = z.toJSONSchema(FeatureOptionsSchema, { io: "input" }).properties;
  return {
    type: "object",
    required: ["file"],
    properties: { file: { description: "The clip." }, ...options },
  };
}
