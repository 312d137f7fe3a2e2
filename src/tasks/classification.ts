/** Classification: labels of a clip with scores. */

import { headTaps } from "../model/engine/taps/taps.ts";
import { sigmoid, softmax } from "../model/heads/scores.ts";
import type { ClassificationAnswer } from "./answers.ts";
import { ClipOptionsSchema, SILENCE_OPTION, wholeNumber } from "./options/schema.ts";
import { requireHead, rounded, type Task } from "./task.ts";

const DEFAULT_TOP = 5;

/** The most that can be asked for. */
export const MAX_LABELS = 100_000;

/** The options of POST /v1/classifications. */
export const ClassificationOptionsSchema = ClipOptionsSchema.extend({
  ...SILENCE_OPTION,
  top: wholeNumber(1, MAX_LABELS)
    .optional()
    .describe(
      `How many labels to give, best first. Default: ${DEFAULT_TOP}; of a regression, whose values have the model's order, all.`,
    ),
});

const SCORES: Readonly<
  Record<ClassificationAnswer["scores"], (logits: ArrayLike<number>) => ArrayLike<number>>
> = { softmax, sigmoid, none: (logits) => logits };

export const classificationTask: Task<typeof ClassificationOptionsSchema, ClassificationAnswer> = {
  name: "classification",
  options: ClassificationOptionsSchema,
  texts: {},
  head: "sequence-classification",
  plan: (manifest) => headTaps(requireHead(manifest, "sequence-classification")),
  answer({ result }, manifest, { top }) {
    const { labels, scores } = requireHead(manifest, "sequence-classification");
    const values = SCORES[scores](result.head?.logits.data ?? []);
    const scored = labels.map((label, index) => ({ label, score: rounded(values[index], 6) }));
    if (scores === "none") return { scores, labels: scored.slice(0, top) };
    return {
      scores,
      labels: scored.sort((a, b) => b.score - a.score).slice(0, top ?? DEFAULT_TOP),
    };
  },
};
