/** What a clip is: labels with scores. */
import { sigmoid, softmax } from "../../model/heads/scores.ts";
import { headTaps } from "../../model/layers.ts";
import { ClipOptionsSchema, wholeNumber } from "../option-schema.ts";
import { requireHead, rounded, type Task } from "./task.ts";

const DEFAULT_TOP = 5;

/** The options of POST /v1/classifications. */
export const ClassificationOptionsSchema = ClipOptionsSchema.extend({
  top: wholeNumber(1, 100_000)
    .optional()
    .describe(`How many labels to give, best first. Default: ${DEFAULT_TOP}.`),
});

/** The answer beside the description of model and clip. */
export interface ClassificationAnswer {
  /** `softmax`: one label holds, and scores sum to 1 over all labels; `sigmoid`: each may hold or not. */
  readonly scores: "softmax" | "sigmoid";
  readonly labels: readonly { readonly label: string; readonly score: number }[];
}

export const classificationTask: Task<typeof ClassificationOptionsSchema, ClassificationAnswer> = {
  options: ClassificationOptionsSchema,
  head: "sequence-classification",
  plan: (manifest) => headTaps(requireHead(manifest, "sequence-classification")),
  answer({ result }, manifest, { top = DEFAULT_TOP }) {
    const { labels, scores } = requireHead(manifest, "sequence-classification");
    const logits = result.head?.logits.data ?? [];
    const values = scores === "softmax" ? softmax(logits) : sigmoid(logits);
    const scored = labels.map((label, index) => ({ label, score: rounded(values[index], 6) }));
    return { scores, labels: scored.sort((a, b) => b.score - a.score).slice(0, top) };
  },
};
