/** What jobs have computed for them: the way of a clip, as POST /v1/features goes it. */
import { featurizePrepared } from "../featurize.ts";
import type { FeatureWork } from "../jobs/feature-work.ts";
import type { JobOptions } from "../jobs/job.ts";
import type { Platform } from "../platform/platform.ts";
import { featuresKey } from "./features-key.ts";
import { encodeFeatures } from "./formats/format.ts";
import { joinBytes } from "./growing-bytes.ts";
import { MEDIA_TYPES } from "./negotiate.ts";
import { type RequestOptions, requireEncodable, resolveOptions } from "./options.ts";
import { restoreFeatures, storeFeatures } from "./stored-features.ts";

/** The computation of features by the platform's models, within its limits. */
export function featureWork({ models, settings, prepareClip }: Platform): FeatureWork {
  return {
    async prepare(options) {
      const request = parseJobOptions(options);
      const engine = await models.open(request.model);
      requireEncodable(request, request.format ?? "json", engine.manifest);
      return {
        keyOf: (clipSha256) => featuresKey(engine, request, clipSha256, settings),
        async compute(clip, report, signal) {
          const prepared = await prepareClip([clip], {
            selection: request,
            limits: settings,
            signal,
          });
          return storeFeatures(
            await featurizePrepared(prepared, engine, request, { report, signal }),
          );
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
