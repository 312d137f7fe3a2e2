/** /v1/speakers: voices that are known again, and forgotten when that is asked. */
import { z } from "@hono/zod-openapi";
import { deleteSpeaker as deleteRow, listSpeakers as listRows } from "../../speakers/table.ts";
import { keyWith } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { addSpeakerClip, enrolSpeaker } from "./enrol.ts";
import { describeSpeaker, SpeakerListSchema } from "./schema.ts";
import { unknownSpeaker } from "./unknown.ts";

/** Answers with all speakers of the caller's owner: `MAX_SPEAKERS` bounds them. */
export const listSpeakers = endpoint({
  route: {
    method: "get",
    path: "/v1/speakers",
    operationId: "listSpeakers",
    summary: "Lists the speakers who were enrolled",
    tags: ["speakers"],
    responses: { 200: json(SpeakerListSchema, "The speakers"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("speakers"),
  handle({ database }) {
    return async (c) => {
      const speakers = await listRows(database, c.get("caller")?.owner ?? null);
      return c.json({ speakers: speakers.map(describeSpeaker) }, 200);
    };
  },
});

/**
 * Deletes a speaker and all that is known of the voice.
 * @throws UndertoneError `unknown-speaker`.
 */
export const deleteSpeaker = endpoint({
  route: {
    method: "delete",
    path: "/v1/speakers/{id}",
    operationId: "deleteSpeaker",
    summary: "Deletes a speaker for good",
    tags: ["speakers"],
    request: { params: z.object({ id: z.string() }) },
    responses: { 204: { description: "It is gone" }, ...PROBLEM_RESPONSES },
  },
  scope: keyWith("speakers"),
  handle({ database }) {
    return async (c) => {
      const { id } = c.req.valid("param");
      const isDeleted = await deleteRow(database, c.get("caller")?.owner ?? null, id);
      if (!isDeleted) throw unknownSpeaker(id);
      return c.body(null, 204);
    };
  },
});

/** /v1/speakers. */
export const speakers: readonly Endpoint[] = [
  enrolSpeaker,
  listSpeakers,
  addSpeakerClip,
  deleteSpeaker,
];
