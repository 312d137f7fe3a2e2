/** POST /v1/comparisons: whether two clips are of one speaker. */
import type { z } from "@hono/zod-openapi";
import { headTaps } from "../../model/engine/taps/taps.ts";
import { ComparisonOptionsSchema, comparePair } from "../../tasks/comparison.ts";
import { computePrepared } from "../../tasks/features/compute.ts";
import { requireInstalledHead } from "../../tasks/installed-head.ts";
import { joinOptions, selectionOf } from "../../tasks/options/request.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS, answerHeaders } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { formSchema } from "../request/clip-body.ts";
import { readPair } from "../request/files.ts";
import { openModel } from "../request/read-clip.ts";
import { ComparisonSchema } from "./schema.ts";

/**
 * Answers with the cosine of the speakers' embeddings, and what it means by the pack's threshold, if it has one.
 * @throws UndertoneError what `readPair`, `joinOptions`, the registry, `prepareClip` and the engine throw (naming the clip);
 *   `model-without-head`.
 */
export const compareClips = endpoint({
  route: {
    method: "post",
    path: "/v1/comparisons",
    operationId: "compareClips",
    summary: "Compares the speakers of two clips",
    tags: ["tasks"],
    request: {
      query: ComparisonOptionsSchema,
      body: {
        required: true,
        content: {
          "multipart/form-data": {
            schema: formSchema(ComparisonOptionsSchema, { a: "One clip.", b: "The other clip." }),
          },
        },
      },
    },
    responses: {
      200: { ...json(ComparisonSchema, "How alike they are"), headers: ANSWER_HEADERS },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyWith("features"),
  handle(platform) {
    const { settings: limits, prepareClip } = platform;
    return async (c) => {
      const { signal } = c.req.raw;
      const { clips, fields } = await readPair(c.req.raw, limits.maxClipBytes, c.get("bodyTerms"));
      const options = joinOptions(ComparisonOptionsSchema, c.req.valid("query"), fields);
      const engine = await openModel(platform, c, options.model);
      const head = await requireInstalledHead(platform.models, engine.manifest, "xvector");
      const selection = selectionOf(options);
      const { one, other, body } = await comparePair(async (name) => {
        const clip = await prepareClip(clips[name], { selection, limits, signal });
        return computePrepared(clip, engine, headTaps(head), { signal });
      }, head);
      c.set("memory", other.memory);
      return c.json(
        { ...body, request_id: c.get("requestId") } as z.input<typeof ComparisonSchema>,
        200,
        answerHeaders(
          { ...one, timings: sumOf(one.timings, other.timings) },
          platform.clockAdvancesDuringComputation,
        ),
      );
    };
  },
});

function sumOf<Timings extends object>(one: Timings, other: Timings): Timings {
  const entries = Object.entries(one) as [keyof Timings, number][];
  const sums = entries.map(([stage, ms]) => [stage, ms + (other[stage] as number)]);
  return Object.fromEntries(sums) as Timings;
}

/** /v1/comparisons. */
export const comparisons: readonly Endpoint[] = [compareClips];
