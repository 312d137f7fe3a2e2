import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UndertoneError } from "../../src/browser/index.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { MISSING_CHROMIUM } from "../support/browser/chromium.ts";
import { type EnginePage, openEnginePage } from "../support/browser/engine-page.ts";
import { VOCABULARY } from "../support/http/tasks.ts";
import { LONG_CLIP } from "../support/jobs/recordings.ts";
import { CLIP, formOf, OTHER_CLIP, TASK_CASES } from "../support/jobs/task-cases.ts";
import { installChanged } from "../support/model/golden-heads.ts";
import { installXVectorPacks } from "../support/model/xvector-packs.ts";

const isSkipped = MISSING_CHROMIUM !== null && process.env.CI !== "true";
/** Of each task a model whose weights give every door the same bits. */
const CASES = TASK_CASES.filter(({ task }) => task !== "features").map((given) => {
  const { model = "", format: _, ...options } = given.options;
  return { ...given, model: model.replace("fp32", "q8"), options };
});

let opened: EnginePage;
beforeAll(async () => {
  if (isSkipped) return;
  const packs = memoryStore();
  await installXVectorPacks(packs, { cosine: 0.9999 });
  await installChanged(packs, "tiny-seqcls", {}, { precision: "q8" });
  await installChanged(packs, "tiny-ctc", {}, { precision: "q8", files: VOCABULARY });
  opened = await openEnginePage(packs, { isolated: true, backend: "wasm" });
});
afterAll(() => opened?.close());
beforeEach(({ skip }) => {
  if (isSkipped) skip(MISSING_CHROMIUM ?? "");
});

/** Runs `script`, an expression of `engine` and of the clips `a` and `b`, in the page. */
function inPage<Result>(script: string): Promise<Result> {
  const [a, b] = [CLIP, OTHER_CLIP].map((clip) => Buffer.from(clip).toString("base64"));
  return opened.page.evaluate(
    `(async (a, b) => ${script})(Uint8Array.fromBase64("${a}"), Uint8Array.fromBase64("${b}"))`,
  );
}

const requestOf = ({ task, model, options, isOfPairs }: (typeof CASES)[number]) =>
  `{ ...${JSON.stringify({ task, model, options })}, ${isOfPairs ? "a, b" : "clip: a"} }`;

describe.each(CASES)("task $task in a page", (given) => {
  test("is answered as by its endpoint", async () => {
    const query = new URLSearchParams({ ...given.options, model: given.model });
    const response = await fetch(`${opened.site.url}${given.path.slice(1)}?${query}`, {
      method: "POST",
      body: formOf(given),
    });
    const { request_id: _, ...expected } = await response.json();
    expect(await inPage(`engine.answer(${requestOf(given)})`)).toEqual(expected);
  });

  test("tells of the weights of its head too while they arrive", async () => {
    const stages = await inPage<{ stage: string; loadedBytes: number; totalBytes: number }[]>(`{
      const told = [];
      await engine.answer({ ...${requestOf(given)}, onProgress: (progress) => told.push(progress) });
      return told;
    }`);
    const loading = stages.filter(({ stage }) => stage === "loading");
    const last = loading.at(-1);
    expect(last?.loadedBytes).toBe(last?.totalBytes);
    expect(stages.some(({ stage }) => stage === "computing")).toBe(true);
  });
});

test("a long clip is diarized in a page by the embeddings of the pack that its own names", async () => {
  const clip = Buffer.from(LONG_CLIP).toString("base64");
  const request = `{ task: "diarization", model: "tiny-afc-q8", clip: Uint8Array.fromBase64("${clip}") }`;
  const { windows, windows_matched_by } = await inPage<Record<string, unknown>>(
    `engine.answer(${request})`,
  );
  expect({ windows, windows_matched_by }).toEqual({ windows: 2, windows_matched_by: "embeddings" });
});

describe("a task in a page is refused", () => {
  test.each([
    ["that there is not", '{ task: "translation", clip: a }', "invalid-option", /transcription/],
    ["that is none", '{ task: "features", clip: a }', "invalid-option", /compute\(\)/],
    [
      "with another task's option",
      '{ task: "transcription", clip: a, model: "tiny-ctc-q8", options: { pool: "mean" } }',
      "unknown-option",
      /decoder/,
    ],
    [
      "with an option that is no text",
      '{ task: "embedding", clip: a, options: { l2: [1] } }',
      "invalid-option",
      /^l2 has to be/,
    ],
    [
      "with a format",
      '{ task: "diarization", clip: a, options: { format: "rttm" } }',
      "invalid-option",
      /^format is no option/,
    ],
    [
      "of a pack without the head",
      '{ task: "transcription", clip: a, model: "tiny-afc-q8" }',
      "model-without-head",
      /tiny-ctc-q8/,
    ],
    ["without a clip", '{ task: "transcription" }', "invalid-option", /^clip has to be/],
    ["without a second clip", '{ task: "comparison", a }', "invalid-option", /^clip has to be/],
    [
      "whose second clip is none",
      '{ task: "comparison", a, b: new Blob(["text"]), model: "tiny-xvector-q8" }',
      "not-audio",
      /^Clip b: /,
    ],
  ])("%s", async (_, request, slug, message) => {
    const refusal = await inPage<Pick<UndertoneError, "slug" | "message">>(
      `engine.answer(${request}).then(
        () => { throw new Error("it was answered"); },
        ({ slug, message }) => ({ slug, message }),
      )`,
    );
    expect(refusal.slug).toBe(slug);
    expect(refusal.message).toMatch(message);
  });
});
