/** Task audio-classification of Hugging Face's clients. */
import { z } from "@hono/zod-openapi";
import {
  ClassificationOptionsSchema,
  classificationTask,
  MAX_LABELS,
} from "../../tasks/classification.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import { oneOf, wholeNumber } from "../../tasks/options/schema.ts";
import { requireHead, type Task } from "../../tasks/task.ts";

export const LabelOptionsSchema = ClassificationOptionsSchema.omit({ top: true }).extend({
  top_k: wholeNumber(1, MAX_LABELS).optional().describe("How many labels to give. Default: 5."),
  function_to_apply: oneOf(["softmax", "sigmoid", "none"])
    .optional()
    .describe("If given, has to be the one that the model was trained with."),
});

export const LabelsSchema = z
  .array(z.object({ label: z.string(), score: z.number() }))
  .openapi("ClassificationLabels");

interface Labels {
  readonly labels: z.output<typeof LabelsSchema>;
}

export const labelTask: Task<typeof LabelOptionsSchema, Labels> = {
  ...classificationTask,
  options: LabelOptionsSchema,
  texts: {},
  plan(manifest, options) {
    const { scores } = requireHead(manifest, "sequence-classification");
    const { function_to_apply: wanted = scores } = options;
    if (wanted !== scores) {
      throw invalidOption("function_to_apply", `has to be ${scores} for this model, or left out`);
    }
    return classificationTask.plan(manifest, options);
  },
  async answer(clip, manifest, options) {
    const asked = { ...options, top: options.top_k };
    const { labels } = await classificationTask.answer(clip, manifest, asked, null);
    return { labels: labels.map(({ label, score }) => ({ label, score })) };
  },
};
