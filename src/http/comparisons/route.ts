/** POST /v1/comparisons: whether two clips are of one speaker. */
import type { Platform } from "../../platform/platform.ts";
import { ComparisonOptionsSchema } from "../../tasks/comparison.ts";
import { keyWith } from "../access/access.ts";
import { ANSWER_HEADERS } from "../answer/headers.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import type { BodyTerms } from "../request/body/body.ts";
import { clipUrlsSchema, formSchema } from "../request/clip-body.ts";
import { fetchForCaller, readClipUrls } from "../request/clip-urls.ts";
import { readPair } from "../request/files.ts";
import { isJson } from "../request/json-body.ts";
import { answerPair, type OpenedPair } from "./answer.ts";
import { ComparisonSchema } from "./schema.ts";

/**
 * Answers with the cosine of the speakers' embeddings, and what it means by the pack's threshold, if it has one.
 * @throws UndertoneError what `readPair`, `readClipUrls` and `answerPair` throw.
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
    return async (c) => {
      const pair = await openPair(platform, c.req.raw, c.get("bodyTerms"));
      const { body, headers } = await answerPair(platform, c, pair, c.req.valid("query"));
      return c.json(body, 200, headers);
    };
  },
});

/** The clips that a request holds, or names by URL: those are fetched one after the other as they are decoded. */
async function openPair(
  platform: Platform,
  request: Request,
  terms: BodyTerms,
): Promise<OpenedPair> {
  if (!isJson(request)) return await readPair(request, platform.settings.maxClipBytes, terms);
  const { urls, fields } = await readClipUrls(platform, request, terms, ["a_url", "b_url"]);
  const fetched = (url: string) => fetchForCaller(platform, url, request);
  return { clips: { a: fetched(urls.a_url), b: fetched(urls.b_url) }, fields };
}

/** /v1/comparisons. */
export const comparisons: readonly Endpoint[] = [compareClips];
