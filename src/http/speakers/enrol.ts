/** POST /v1/speakers and /v1/speakers/:id/clips: a voice that is to be known again. */
import { z } from "@hono/zod-openapi";
import { newId } from "../../crypto/ids.ts";
import { UndertoneError } from "../../errors.ts";
import { MOST_CLIPS, type Speaker, withClip } from "../../speakers/speaker.ts";
import { countSpeakers, insertSpeaker, readSpeaker, updateSpeaker } from "../../speakers/table.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS, stampHeaders } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { endpoint } from "../endpoint.ts";
import { clipBody } from "../request/clip-body.ts";
import { readVoice } from "../request/read-voice.ts";
import {
  describeSpeaker,
  EnrolmentOptionsSchema,
  SpeakerClipOptionsSchema,
  SpeakerSchema,
} from "./schema.ts";
import { unknownSpeaker } from "./unknown.ts";

/**
 * Enrols a speaker from one clip.
 * @throws UndertoneError what `readVoice` throws; `too-many-speakers`.
 */
export const enrolSpeaker = endpoint({
  route: {
    method: "post",
    path: "/v1/speakers",
    operationId: "enrolSpeaker",
    summary: "Enrols a speaker from a clip",
    tags: ["speakers"],
    request: { query: EnrolmentOptionsSchema, body: clipBody(EnrolmentOptionsSchema) },
    responses: {
      201: { ...json(SpeakerSchema, "The speaker"), headers: ANSWER_HEADERS },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("speakers"),
  handle(platform) {
    const { database, settings, now } = platform;
    const { maxSpeakers } = settings;
    return async (c) => {
      const owner = c.get("caller")?.owner ?? null;
      if ((await countSpeakers(database, owner)) >= maxSpeakers) throw tooManySpeakers(maxSpeakers);
      const query = c.req.valid("query");
      const { options, model, voice, computed } = await readVoice(
        platform,
        c,
        EnrolmentOptionsSchema,
        query,
      );
      const speaker: Speaker = {
        ...{ id: newId("spk"), owner, name: options.name ?? "", clips: 1, createdAt: now() },
        ...{ model: model.engine.manifest.id, space: model.space, ...voice },
      };
      // Others may have been enrolled meanwhile.
      const isInserted = await insertSpeaker(database, speaker, maxSpeakers);
      if (!isInserted) throw tooManySpeakers(maxSpeakers);
      const answer = { ...describeSpeaker(speaker), request_id: c.get("requestId") };
      const headers = { ...stampHeaders(computed), Location: `/v1/speakers/${speaker.id}` };
      return c.json(answer, 201, headers);
    };
  },
});

/** A clip that comes at the same time as others is added after them; so many at once do not. */
const MOST_ROUNDS = 5;

/**
 * Adds a clip to a speaker.
 * @throws UndertoneError what `readVoice` throws; `unknown-speaker`, `too-many-clips`, `speaker-outdated`.
 */
export const addSpeakerClip = endpoint({
  route: {
    method: "post",
    path: "/v1/speakers/{id}/clips",
    operationId: "addSpeakerClip",
    summary: "Enrols a speaker from one clip more",
    tags: ["speakers"],
    request: {
      params: z.object({ id: z.string() }),
      query: SpeakerClipOptionsSchema,
      body: clipBody(SpeakerClipOptionsSchema),
    },
    responses: {
      200: { ...json(SpeakerSchema, "The speaker"), headers: ANSWER_HEADERS },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("speakers"),
  handle(platform) {
    const { database } = platform;
    return async (c) => {
      const owner = c.get("caller")?.owner ?? null;
      const { id } = c.req.valid("param");
      const read = async () => {
        const speaker = await readSpeaker(database, owner, id);
        if (speaker === null) throw unknownSpeaker(id);
        if (speaker.clips >= MOST_CLIPS) throw tooManyClips(speaker);
        return speaker;
      };
      const before = await read();
      const query = { model: before.model, ...c.req.valid("query") };
      const { voice, computed } = await readVoice(
        platform,
        c,
        SpeakerClipOptionsSchema,
        query,
        ({ model }, { space }) => {
          if (model !== before.model) throw invalidOption("model", `has to be ${before.model}`);
          if (space !== before.space) throw outdated(before);
        },
      );
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const speaker = await read();
        const more = withClip(speaker, voice);
        if (!(await updateSpeaker(database, more, speaker.clips))) continue;
        const answer = { ...describeSpeaker(more), request_id: c.get("requestId") };
        return c.json(answer, 200, stampHeaders(computed));
      }
      throw new UndertoneError(
        "too-many-clips",
        "Too many clips of this speaker come at once: send them one after the other.",
      );
    };
  },
});

function tooManySpeakers(maxSpeakers: number): UndertoneError {
  return new UndertoneError(
    "too-many-speakers",
    `There are ${maxSpeakers} speakers, as many as MAX_SPEAKERS lets one owner have: delete some.`,
    { maxSpeakers },
  );
}

function tooManyClips({ id, clips }: Speaker): UndertoneError {
  return new UndertoneError(
    "too-many-clips",
    `Speaker ${id} has ${clips} clips; no more are taken. More would not change the voice that is known.`,
    { maxClips: MOST_CLIPS },
  );
}

function outdated({ id, model }: Speaker): UndertoneError {
  return new UndertoneError(
    "speaker-outdated",
    `Speaker ${id} was enrolled with other weights of ${model} than are installed now: enrol the speaker again.`,
    { model },
  );
}
