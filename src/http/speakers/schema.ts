/** Schemas of speakers and of requests that enrol them. */
import { z } from "@hono/zod-openapi";
import type { SpeakerInfo } from "../../speakers/table.ts";
import { ClipOptionsSchema, text } from "../../tasks/options/schema.ts";
import { rounded } from "../../tasks/task.ts";
import { REQUEST_ID } from "../answer/clip-schema.ts";
import { time } from "../answer/pages.ts";

const LONGEST_NAME = 200;

/** The options of POST /v1/speakers. */
export const EnrolmentOptionsSchema = ClipOptionsSchema.extend({
  name: text()
    .min(1, "has to be what the speaker is called")
    .max(LONGEST_NAME, `has to have at most ${LONGEST_NAME} characters`)
    .optional()
    .describe("What answers call the speaker. Default: nothing, an empty text."),
});

/** The options of POST /v1/speakers/:id/clips. */
export const SpeakerClipOptionsSchema = ClipOptionsSchema.extend({
  model: ClipOptionsSchema.shape.model.describe(
    "The model that the speaker was enrolled with, which is the default.",
  ),
});

/** A speaker who was enrolled. */
export const SpeakerSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    model: z.string().describe("The id of the model that the voice was computed with."),
    clips: z.number().int().describe("Clips that the speaker was enrolled from."),
    sound_seconds: z.number().describe("What of them is not silence, in seconds."),
    created_at: time().describe("When the first of them came."),
    ...REQUEST_ID,
  })
  .openapi("Speaker");

/** GET /v1/speakers. */
export const SpeakerListSchema = z
  .object({ speakers: z.array(SpeakerSchema).describe("Oldest first.") })
  .openapi("SpeakerList");

/** A speaker, in the names that users see. */
export function describeSpeaker({ id, name, model, clips, soundSeconds, createdAt }: SpeakerInfo) {
  const created_at = new Date(createdAt).toISOString();
  return { id, name, model, clips, sound_seconds: rounded(soundSeconds, 2), created_at };
}
