/** POST /v1/features: a clip in, hidden states out. */
import type { Context } from "hono";
import { encodeFeatures } from "../../formats/encode.ts";
import type { Format } from "../../formats/format.ts";
import { MEDIA_TYPES } from "../../formats/media-types.ts";
import type { Platform } from "../../platform/platform.ts";
import { featureCache } from "../../tasks/features/cached.ts";
import { planWritten } from "../../tasks/features/plan.ts";
import { type RequestOptions, resolveOptions } from "../../tasks/options/request.ts";
import { FeatureOptionsSchema } from "../../tasks/options/schema.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS, headersOf, stampHeaders } from "../answer/headers.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import { streamParts } from "../answer/stream.ts";
import type { AppEnv } from "../context.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipBody, FILE } from "../request/clip-body.ts";
import { chooseFormat } from "../request/negotiate.ts";
import { readClip } from "../request/read-clip.ts";
import { FeaturesSchema } from "./schema.ts";

type FileMediaType = Exclude<(typeof MEDIA_TYPES)[Format][number], "application/json">;

/** Answers that are read as files, lines of JSON among them. */
const FILE_ANSWERS = Object.fromEntries(
  Object.values(MEDIA_TYPES)
    .flat()
    .filter((type) => type !== "application/json")
    .map((type) => [type, { schema: FILE }]),
) as Record<FileMediaType, { schema: typeof FILE }>;

const FEATURES_HEADERS = {
  ...ANSWER_HEADERS,
  ...headersOf({ "Cache-Status": "hit, or why the features were computed (RFC 9211)." }),
};

/** The answer that holds features. */
export const FEATURES_ANSWER = {
  description: "The features",
  headers: FEATURES_HEADERS,
  content: { "application/json": { schema: FeaturesSchema }, ...FILE_ANSWERS },
};

/**
 * Decodes the clip as it arrives, computes and writes the answer.
 * @throws UndertoneError what `readClip`, `resolveOptions`, `chooseFormat`, the registry and `featurizePrepared` throw.
 */
export const computeFeatures = endpoint({
  route: {
    method: "post",
    path: "/v1/features",
    operationId: "computeFeatures",
    summary: "Computes WavLM features of a clip",
    tags: ["features"],
    request: {
      query: FeatureOptionsSchema,
      body: clipBody(FeatureOptionsSchema),
    },
    responses: {
      200: FEATURES_ANSWER,
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle(platform) {
    const featuresOf = featureCache(platform);
    return async (c) => {
      const { clip, clipSha256, options, planned } = await readClip(platform, c, {
        task: "features",
        resolve: (fields) => resolveOptions(c.req.valid("query"), fields),
        plan: (known) => planAnswer(platform, c, known),
      });
      const { plan, chosen } = planned;
      const { features, cacheStatus, release } = await featuresOf({
        clip,
        clipSha256,
        plan,
        cacheControl: c.req.header("Cache-Control"),
        signal: c.req.raw.signal,
      });
      if (!("timings" in features)) platform.telemetry.cost()?.noteKept();
      const parts = encodeFeatures(features, {
        format: chosen.format,
        encoding: options.encoding ?? "float",
        dtype: options.dtype,
        pool: options.pool,
        requestId: c.get("requestId"),
      });
      return c.body(streamParts(c, parts, { release }), 200, {
        "Content-Type": chosen.mediaType,
        "Cache-Status": cacheStatus,
        ...stampHeaders(features),
      });
    };
  },
});

/** Finds what the options ask for, and refuses what no answer can hold. */
async function planAnswer(platform: Platform, c: Context<AppEnv>, options: RequestOptions) {
  const chosen = chooseFormat(options.format, c.req.header("Accept"));
  const pack = await platform.models.find(options.model);
  c.set("model", pack.manifest);
  return { chosen, plan: planWritten(pack, options, chosen.format) };
}

/** /v1/features. */
export const features: readonly Endpoint[] = [computeFeatures];
