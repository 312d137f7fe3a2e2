/** The comparison of two clips as a job, by the stages of POST /v1/comparisons. */
import { headTaps } from "../../model/engine/taps/taps.ts";
import { ComparisonOptionsSchema, comparePair, PAIR } from "../../tasks/comparison.ts";
import { computePrepared } from "../../tasks/features/compute.ts";
import { requireInstalledHead } from "../../tasks/installed-head.ts";
import { selectionOf } from "../../tasks/options/request.ts";
import { answerKey, restoreAnswer, storeAnswer } from "./answer.ts";
import { type JobTask, parseOptions } from "./job-task.ts";

export const comparisonJob: JobTask = {
  options: ComparisonOptionsSchema,
  isOfPairs: true,
  read(options) {
    const given = parseOptions(ComparisonOptionsSchema, options);
    return { model: given.model, selection: selectionOf(given) };
  },
  async plan({ manifest, packDigest }, options, models) {
    const given = parseOptions(ComparisonOptionsSchema, options);
    const head = await requireInstalledHead(models, manifest, "xvector");
    const taps = headTaps(head);
    const selection = selectionOf(given);
    const parts = { task: "comparison", packDigest, taps, options: given, selection } as const;
    return {
      recorded: null,
      keyOf: (sha256s, { windowSeconds }) => answerKey({ ...parts, windowSeconds }, sha256s),
      async compute(clips, engine, { report, ...run }) {
        // The layers of the second clip come on top of the first one's.
        let layersBefore = 0;
        const { one, body } = await comparePair(async (name) => {
          const clip = clips[PAIR.indexOf(name)];
          if (clip === undefined) throw new RangeError(`the job has no clip ${name}`);
          const base = layersBefore;
          const prepared = await clip();
          return computePrepared(prepared, engine, taps, {
            ...run,
            report(layersDone, layersTotal) {
              layersBefore = layersTotal;
              report?.(base + layersDone, name === "a" ? 2 * layersTotal : base + layersTotal);
            },
          });
        }, head);
        return storeAnswer(one, body);
      },
    };
  },
  write(result, options) {
    parseOptions(ComparisonOptionsSchema, options);
    const { stamp, json } = restoreAnswer(result);
    return { format: "json", mediaType: "application/json", parts: [json], stamp };
  },
};
