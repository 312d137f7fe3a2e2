/** POST /v1/features: a clip in, hidden states out. */
import { createRoute, type RouteHandler, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { prepareClip } from "../audio/prepare.ts";
import type { KeptFeatures } from "../featurize.ts";
import type { Platform } from "../platform/platform.ts";
import { featureCache } from "./cached-features.ts";
import type { AppEnv } from "./context.ts";
import { encodeFeatures, type Format } from "./formats/format.ts";
import { chooseFormat, MEDIA_TYPES } from "./negotiate.ts";
import { FeatureOptionsSchema } from "./option-schema.ts";
import {
  type RequestOptions,
  requireEncodable,
  requireKnownBefore,
  resolveOptions,
} from "./options.ts";
import { PROBLEM_RESPONSES } from "./responses.ts";
import { FeaturesSchema } from "./schemas.ts";
import { CACHED, serverTiming } from "./server-timing.ts";
import { streamParts } from "./stream.ts";
import { openUpload } from "./upload.ts";

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
  "X-Undertone-Backend":
    "What computed it: wasm, webgpu, or webgpu+wasm if a GPU was lost on the way.",
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
          schema: {
            description: "The clip; any Content-Type will do. It is decoded as it arrives.",
          },
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
 * Decodes the clip as it arrives, computes and writes the answer. Whatever can be refused is refused before computing, and
 * before decoding where all options are known by then.
 * @throws UndertoneError what `openUpload`, `resolveOptions`, `chooseFormat`, the registry, `prepareClip` and
 *   `featurizePrepared` throw.
 */
export function computeFeatures(platform: Platform): RouteHandler<typeof featuresRoute, AppEnv> {
  const { settings, codecs } = platform;
  const featuresOf = featureCache(platform);
  return async (c) => {
    const { signal } = c.req.raw;
    const upload = await openUpload(c.req.raw, settings.maxClipBytes);
    const known = resolveOptions(c.req.valid("query"), upload.fields);
    const planned = upload.isComplete ? await planAnswer(platform, c, known) : null;
    const clip = await prepareClip(upload.clip, {
      selection: known,
      limits: settings,
      codecs,
      signal,
    });
    const options = resolveOptions(c.req.valid("query"), await upload.finish());
    requireKnownBefore(known, options);
    const { pack, chosen } = planned ?? (await planAnswer(platform, c, options));
    const { features, cacheStatus } = await featuresOf({
      clip,
      clipSha256: upload.clipSha256(),
      pack,
      options,
      cacheControl: c.req.header("Cache-Control"),
      signal,
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

/** Finds what the options ask for, and refuses what no answer can hold. */
async function planAnswer(platform: Platform, c: Context<AppEnv>, options: RequestOptions) {
  const chosen = chooseFormat(options.format, c.req.header("Accept"));
  const pack = await platform.models.find(options.model);
  c.set("model", pack.manifest);
  requireEncodable(options, chosen.format, pack.manifest.architecture.layerCount);
  return { chosen, pack };
}

/** Which pack and which backend made an answer. */
export function stampHeaders({ model, backend }: KeptFeatures): Record<string, string> {
  return {
    "X-Undertone-Model": model.id,
    "X-Undertone-Precision": model.precision,
    "X-Undertone-Pack-Digest": model.packDigest,
    "X-Undertone-Weights": model.weights,
    "X-Undertone-Backend": backend,
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
    properties: {
      ...options,
      file: { description: "The clip; decoded as it arrives if fields come before it." },
    },
  };
}
