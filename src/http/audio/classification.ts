/** POST /v1/audio/classification: labels of a clip as LocalAI has them. */
import { z } from "@hono/zod-openapi";
import {
  ClassificationOptionsSchema,
  classificationTask,
  MAX_LABELS,
} from "../../tasks/classification.ts";
import { probability, wholeNumber } from "../../tasks/options/schema.ts";
import { requireHead, type Task } from "../../tasks/task.ts";
import { asJson, audioEndpoint } from "./endpoint.ts";

const OptionsSchema = ClassificationOptionsSchema.omit({ top: true }).extend({
  top_k: wholeNumber(0, MAX_LABELS)
    .optional()
    .describe("How many labels to give, best first; 0, the default, is five."),
  threshold: probability().optional().describe("Labels of a lower score are left out."),
});

/** A label, and its number in the model. */
const DetectionSchema = z.object({
  index: z.number().int().describe("Of the label in the model."),
  label: z.string(),
  score: z.number(),
});

const DetectionsSchema = z
  .object({ model: z.string(), detections: z.array(DetectionSchema).describe("Best first.") })
  .openapi("AudioClassification");

interface Detections {
  readonly detections: readonly z.output<typeof DetectionSchema>[];
}

const task: Task<typeof OptionsSchema, Detections> = {
  ...classificationTask,
  options: OptionsSchema,
  texts: {},
  async answer(clip, manifest, { top_k: top, threshold = 0, ...options }) {
    const known = requireHead(manifest, "sequence-classification").labels;
    const given = top === 0 ? undefined : top;
    const answer = await classificationTask.answer(
      clip,
      manifest,
      { ...options, top: given },
      null,
    );
    const detections = answer.labels
      .filter(({ score }) => answer.scores === "none" || score >= threshold)
      .map(({ label, score }) => ({ index: known.indexOf(label), label, score }));
    return { detections };
  },
};

/** Answers with the labels of the model's classifier. */
export const classifyAudio = audioEndpoint({
  path: "/v1/audio/classification",
  operationId: "classifyAudio",
  summary: "Labels a clip, as LocalAI does",
  task,
  ignored: [],
  description: "The labels",
  schema: DetectionsSchema,
  textDescriptions: {},
  write: ({ body }) => asJson({ model: body.model.id, detections: body.detections }),
});
