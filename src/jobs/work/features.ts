/** The computation of a job's features, by the stages of POST /v1/features. */

import type { ClipLimits } from "../../audio/clip.ts";
import type { PrepareClip } from "../../audio/prepare.ts";
import { joinBytes } from "../../bytes.ts";
import { encodeFeatures } from "../../formats/encode.ts";
import { MEDIA_TYPES } from "../../formats/media-types.ts";
import type { ModelRegistry } from "../../model/pack/registry.ts";
import { restoreFeatures, storeFeatures } from "../../results/serialize.ts";
import { featurizePrepared } from "../../tasks/features/compute.ts";
import { featuresKey } from "../../tasks/features/key.ts";
import { planWritten } from "../../tasks/features/plan.ts";
import { type RequestOptions, resolveOptions } from "../../tasks/options/request.ts";
import type { JobOptions } from "../job.ts";
import type { FeatureWork } from "./work.ts";

/** The services of a runtime that computing clips uses. */
export interface FeatureWorkContext {
  readonly models: Pick<ModelRegistry, "open">;
  readonly prepareClip: PrepareClip;
  readonly settings: ClipLimits & { readonly windowSeconds: number };
}

/** The computation of features by the runtime's models, within its limits. */
export function featureWork({ models, settings, prepareClip }: FeatureWorkContext): FeatureWork {
  return {
    async prepare(options) {
      const request = parseJobOptions(options);
      const engine = await models.open(request.model);
      const plan = planWritten(engine, request, request.format ?? "json");
      return {
        keyOf: (clipSha256) => featuresKey(plan, clipSha256, settings),
        async compute(clip, report, signal) {
          const prepared = await prepareClip([clip], {
            selection: plan.selection,
            limits: settings,
            signal,
          });
          return storeFeatures(await featurizePrepared(prepared, engine, plan, { report, signal }));
        },
      };
    },
    write(result, options) {
      const request = parseJobOptions(options);
      const format = request.format ?? "json";
      const parts = encodeFeatures(restoreFeatures(result), {
        format,
        encoding: request.encoding ?? "float",
        dtype: request.dtype,
        pool: request.pool,
      });
      return { extension: format, mediaType: MEDIA_TYPES[format][0], bytes: joinBytes([...parts]) };
    },
  };
}

/**
 * Reads the options of a job, which are written as in a query.
 * @throws UndertoneError `unknown-option`, `invalid-option`.
 */
export function parseJobOptions(options: JobOptions): RequestOptions {
  const fields = Object.entries(options).map(([name, value]) => [name, [value]] as const);
  return resolveOptions({}, new Map(fields));
}
