/** POST /v1/comparisons: whether two clips are of one speaker. */
import type { z } from "@hono/zod-openapi";
import type { Pieces } from "../../audio/bytes/source.ts";
import { headTaps } from "../../model/engine/taps/taps.ts";
import type { Platform } from "../../platform/platform.ts";
import { ComparisonOptionsSchema, comparePair, type PairName } from "../../tasks/comparison.ts";
import { computePrepared } from "../../tasks/features/compute.ts";
import { requireInstalledHead } from "../../tasks/installed-head.ts";
import { joinOptions, selectionOf } from "../../tasks/options/request.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS, answerHeaders } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import type { BodyTerms } from "../request/body/body.ts";
import { clipUrlsSchema, formSchema } from "../request/clip-body.ts";
import { fetchForCaller, readClipUrls } from "../request/clip-urls.ts";
import { readPair } from "../request/files.ts";
import type { Fields } from "../request/form/missing-file.ts";
import { isJson } from "../request/json-body.ts";
import { openModel } from "../request/read-clip.ts";
import { suggestingJob } from "../request/suggest-job.ts";
import { ComparisonSchema } from "./schema.ts";

/**
 * Answers with the cosine of the speakers' embeddings, and what it means by the pack's threshold, if it has one.
 * @throws UndertoneError what `readPair` and `readClipUrls`, `joinOptions`, the registry, `prepareClip` and the engine throw (naming the clip);
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
          "application/json": {
            schema: clipUrlsSchema(ComparisonOptionsSchema, {
              a_url: "An https URL of one clip.",
              b_url: "An https URL of the other clip.",
            }),
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
      const { clips, fields } = await openPair(platform, c.req.raw, c.get("bodyTerms"));
      const options = joinOptions(ComparisonOptionsSchema, c.req.valid("query"), fields);
      const engine = await openModel(platform, c, options.model);
      const head = await requireInstalledHead(platform.models, engine.manifest, "xvector");
      const selection = selectionOf(options);
      const { one, other, body } = await comparePair(async (name) => {
        const clip = await suggestingJob(platform, c, "comparison", () =>
          prepareClip(clips[name], { selection, limits, signal, memory: c.get("clipMemory") }),
        );
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

/** The clips that a request holds, or names by URL: those are fetched one after the other as they are decoded. */
async function openPair(
  platform: Platform,
  request: Request,
  terms: BodyTerms,
): Promise<{ readonly clips: Readonly<Record<PairName, Pieces>>; readonly fields: Fields }> {
  if (!isJson(request)) return await readPair(request, platform.settings.maxClipBytes, terms);
  const { urls, fields } = await readClipUrls(platform, request, terms, ["a_url", "b_url"]);
  const fetched = (url: string) => fetchForCaller(platform, url, request);
  return { clips: { a: fetched(urls.a_url), b: fetched(urls.b_url) }, fields };
}

function sumOf<Timings extends object>(one: Timings, other: Timings): Timings {
  const entries = Object.entries(one) as [keyof Timings, number][];
  const sums = entries.map(([stage, ms]) => [stage, ms + (other[stage] as number)]);
  return Object.fromEntries(sums) as Timings;
}

/** /v1/comparisons. */
export const comparisons: readonly Endpoint[] = [compareClips];
