/** POST /v1/identifications: who of those who were enrolled speaks. */
import type { z } from "@hono/zod-openapi";
import { clipMetadata } from "../../formats/metadata.ts";
import type { HeadOf } from "../../model/heads/head.ts";
import { compareVoice } from "../../speakers/identify.ts";
import { speakersIn } from "../../speakers/table.ts";
import { rounded } from "../../tasks/task.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS, stampHeaders } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { clipBody } from "../request/clip-body.ts";
import { readVoice } from "../request/read-voice.ts";
import { IdentificationOptionsSchema, IdentificationSchema } from "./schema.ts";

const DEFAULT_CANDIDATES = 5;

/**
 * Answers with the speaker whose score is the highest, if it reaches the threshold.
 * @throws UndertoneError what `readVoice` throws, and the reader of cohorts.
 */
export const identifySpeaker = endpoint({
  route: {
    method: "post",
    path: "/v1/identifications",
    operationId: "identifySpeaker",
    summary: "Finds who of the enrolled speakers a clip is of",
    tags: ["speakers"],
    request: { query: IdentificationOptionsSchema, body: clipBody(IdentificationOptionsSchema) },
    responses: {
      200: { ...json(IdentificationSchema, "Who speaks"), headers: ANSWER_HEADERS },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("speakers"),
  handle(platform) {
    const { database, models } = platform;
    return async (c) => {
      const query = c.req.valid("query");
      const { options, model, voice, computed } = await readVoice(
        platform,
        c,
        IdentificationOptionsSchema,
        query,
      );
      const { engine, head, space } = model;
      const cohort = await models.readCohort(engine);
      const owner = c.get("caller")?.owner ?? null;
      const enrolled = speakersIn(database, owner, space);
      const most = options.top ?? DEFAULT_CANDIDATES;
      const found = await compareVoice(voice.embedding, enrolled, cohort, most);
      const [best] = found.candidates;
      const threshold = thresholdOf(head, cohort !== null);
      const isKnown = best !== undefined && threshold !== null && best.score >= threshold.score;
      const answer = {
        ...clipMetadata(computed),
        speaker: isKnown ? nameOf(best.speaker) : null,
        scores: cohort === null ? ("cosine" as const) : ("s-norm" as const),
        threshold,
        speakers: found.speakers,
        candidates: found.candidates.map(({ speaker, cosine, score }) => ({
          ...nameOf(speaker),
          cosine: rounded(cosine, 6),
          score: rounded(score, 6),
        })),
        request_id: c.get("requestId"),
      };
      return c.json(answer as z.input<typeof IdentificationSchema>, 200, stampHeaders(computed));
    };
  },
});

function nameOf({ id, name }: { readonly id: string; readonly name: string }) {
  return { id, name };
}

/** The threshold of the scores that there are. */
function thresholdOf({ threshold, cohort }: HeadOf<"xvector">, isNormalised: boolean) {
  const calibrated = isNormalised
    ? cohort?.threshold
    : threshold && { ...threshold, score: threshold.cosine };
  if (calibrated === undefined) return null;
  return {
    score: calibrated.score,
    equal_error_rate: calibrated.equalErrorRate,
    target_pairs: calibrated.targetPairs,
    non_target_pairs: calibrated.nonTargetPairs,
    source: calibrated.source,
  };
}

/** /v1/identifications. */
export const identifications: readonly Endpoint[] = [identifySpeaker];
