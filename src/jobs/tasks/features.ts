/** Features as a job, by the stages of POST /v1/features. */
import { encodeFeatures } from "../../formats/encode.ts";
import { MEDIA_TYPES } from "../../formats/media-types.ts";
import { encodeSpread } from "../../formats/spread.ts";
import { type Pool, pooled } from "../../model/engine/taps/pooling.ts";
import type { FeatureTensor } from "../../results/computed.ts";
import { restoreFeatures, restoreSpread, storeFeatures } from "../../results/serialize.ts";
import { featurizePrepared } from "../../tasks/features/compute.ts";
import { featuresKey } from "../../tasks/features/key.ts";
import { planWritten } from "../../tasks/features/plan.ts";
import { requireOneForNpy } from "../../tasks/options/encodable.ts";
import { type RequestOptions, resolveOptions } from "../../tasks/options/request.ts";
import { FeatureOptionsSchema } from "../../tasks/options/schema.ts";
import type { AnsweredClip } from "../../tasks/task.ts";
import type { JobOptions } from "../job.ts";
import { type ClipsOfTask, type JobTask, parseOptions } from "./job-task.ts";

export const featuresJob: JobTask = {
  options: FeatureOptionsSchema,
  isOfPairs: false,
  read(options) {
    const request = parse(options);
    return { model: request.model, selection: request };
  },
  async plan(pack, options) {
    const request = parse(options);
    const plan = planWritten(pack, request, request.format ?? "json");
    return {
      recorded: {
        taps: plan.taps,
        skipsSilence: plan.skipsSilence,
        keeps: plan.pool === "none" ? "frames" : "summaries",
        async finish(clip) {
          return storeFeatures({ ...clip, tensors: pooledTensors(clip, plan.pool) });
        },
      },
      keyOf: ([clipSha256 = ""], limits) => featuresKey(plan, clipSha256, limits),
      async compute([clip]: ClipsOfTask, engine, run) {
        if (clip === undefined) throw new RangeError("a job has a clip");
        return storeFeatures(await featurizePrepared(await clip(), engine, plan, run));
      },
    };
  },
  write(result, options) {
    const { format = "json", encoding, dtype, pool } = parse(options);
    const written = { format, encoding: encoding ?? "float", dtype, pool } as const;
    const file = { format, mediaType: MEDIA_TYPES[format][0] };
    if ("pieces" in result) {
      const features = restoreSpread(result);
      requireOneForNpy(features.tensors.length, format);
      return { ...file, parts: encodeSpread(features, written), stamp: features };
    }
    const features = restoreFeatures(result);
    requireOneForNpy(features.tensors.length, format);
    return { ...file, parts: encodeFeatures(features, written), stamp: features };
  },
};

function parse(options: JobOptions): RequestOptions {
  return resolveOptions(parseOptions(FeatureOptionsSchema, options), new Map());
}

function pooledTensors({ summaries = new Map() }: AnsweredClip, pool: Pool): FeatureTensor[] {
  if (pool === "none") return [];
  return [...summaries].map(([name, summary]) => ({ name, ...pooled(summary, pool) }));
}
