import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Progress, UndertoneError } from "../../src/browser/index.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { readClip } from "../../support/decoding/fixtures.ts";
import { installGolden } from "../../support/packs/tiny-pack.ts";
import { MISSING_CHROMIUM } from "../support/browser/chromium.ts";
import { type EnginePage, openEnginePage } from "../support/browser/engine-page.ts";

const CLIP = "mp3/mpeg2-16000-1.mp3";

const isSkipped = MISSING_CHROMIUM !== null && process.env.CI !== "true";
const packs = memoryStore();

let opened: EnginePage;
beforeAll(async () => {
  if (isSkipped) return;
  await installGolden(packs, "tiny-group", "q8");
  await installGolden(packs, "tiny-layer", "q8");
  opened = await openEnginePage(packs, { isolated: true, backend: "wasm" });
});
afterAll(() => opened?.close());
beforeEach(({ skip }) => {
  if (isSkipped) skip(MISSING_CHROMIUM ?? "");
});

/** Runs `script`, an expression of `engine` and of the clip's `bytes`, in the page. */
function inPage<Result>(script: string): Promise<Result> {
  const base64 = Buffer.from(readClip(CLIP)).toString("base64");
  return opened.page.evaluate(`(async (bytes) => ${script})(Uint8Array.fromBase64("${base64}"))`);
}

/** The numbers that a clip gives, which a script has to make a request of. */
function numbersOf(request: string): Promise<string> {
  return inPage(`{
    const { tensors } = await engine.compute(${request});
    return new Uint8Array(tensors[0].data.buffer).toBase64();
  }`);
}

/** What a request is refused with. */
function refusalOf(
  request: string,
): Promise<Pick<UndertoneError, "slug" | "message" | "extensions">> {
  return inPage(`engine.compute(${request}).then(
    () => { throw new Error("it was computed"); },
    ({ name, slug, message, extensions }) => ({ name, slug, message, extensions }),
  )`);
}

describe("a clip may be", () => {
  test.each([
    ["a Blob", "new Blob([bytes])"],
    ["a File", "new File([bytes], 'clip.mp3')"],
    ["an ArrayBuffer", "bytes.buffer"],
    ["a part of an ArrayBuffer", "new Uint8Array([0, 0, ...bytes, 0]).subarray(2, -1)"],
    [
      "in shared memory",
      "(() => { const shared = new Uint8Array(new SharedArrayBuffer(bytes.length)); shared.set(bytes); return shared; })()",
    ],
    ["a stream", "new Blob([bytes]).stream()"],
    ["the body of a response", "new Response(bytes).body"],
  ])("%s, with the numbers of its bytes", async (_, clip) => {
    expect(await numbersOf(`{ clip: ${clip} }`)).toBe(await numbersOf("{ clip: bytes }"));
  });

  test("used by the page afterwards", async () => {
    expect(await inPage("engine.compute({ clip: bytes }).then(() => bytes.length)")).toBe(
      readClip(CLIP).length,
    );
  });
});

describe("the track, channel and part that are asked for", () => {
  const answerOf = async (query: string) => {
    const response = await fetch(`${opened.site.url}v1/features?encoding=base64${query}`, {
      method: "POST",
      body: readClip(CLIP),
    });
    return (await response.json()).layers[0].data;
  };

  test("give the numbers of POST /v1/features", async () => {
    const request =
      "{ clip: bytes, track: 0, channel: 'left', startSeconds: 0.25, endSeconds: 0.75 }";
    const expected = await answerOf("&track=0&channel=left&start=0.25&end=0.75");
    expect(await numbersOf(request)).toBe(expected);
    expect(expected).not.toBe(await answerOf(""));
  });

  test.each([
    ["track: 1", "track-out-of-range", "it has one, track 0"],
    ["track: -1", "invalid-option", "track has to be"],
    ["channel: 'middle'", "invalid-option", "channel has to be"],
    ["channel: 1", "channel-out-of-range", "no channel 1"],
    ["startSeconds: 2, endSeconds: 1", "invalid-option", "endSeconds a larger one"],
    ["startSeconds: '1:30'", "invalid-option", "startSeconds has to be"],
  ])("{ %s } is refused as %s", async (option, slug, words) => {
    const refused = await refusalOf(`{ clip: bytes, ${option} }`);
    expect(refused.slug).toBe(slug);
    expect(refused.message).toContain(words);
  });
});

test("a request that asks for nothing gets what POST /v1/features gives", async () => {
  const response = await fetch(`${opened.site.url}v1/features?encoding=base64`, {
    method: "POST",
    body: readClip(CLIP),
  });
  const { layers } = await response.json();
  expect(await numbersOf("{ clip: bytes }")).toBe(layers[0].data);
});

describe("a request is refused", () => {
  test.each([
    ["text as a clip", "{ clip: 'clip.mp3' }", "invalid-option", /^clip has to be a Blob/],
    ["no clip", "{}", "invalid-option", /^clip has to be/],
    [
      "an unknown pool",
      "{ clip: bytes, pool: 'median' }",
      "invalid-option",
      /^pool has to be one of none, mean/,
    ],
    [
      "unknown layers",
      "{ clip: bytes, layers: 'first' }",
      "invalid-option",
      /^layers has to be "last"/,
    ],
    [
      "a layer that is not whole",
      "{ clip: bytes, layers: [0.5] }",
      "invalid-option",
      /^layers has to be/,
    ],
    ["a layer out of range", "{ clip: bytes, layers: [99] }", "layer-out-of-range", /99/],
    ["an unknown pack", "{ clip: bytes, model: 'absent' }", "unknown-model", /absent/],
    ["an empty clip", "{ clip: new Blob() }", "empty-body", /no bytes/],
    [
      "a stream that fails",
      "{ clip: new ReadableStream({ start(controller) { controller.error(new Error('cut off')); } }) }",
      "not-found",
      /cut off/,
    ],
    [
      "a stream of text",
      "{ clip: new ReadableStream({ start(controller) { controller.enqueue('text'); controller.close(); } }) }",
      "invalid-option",
      /stream of something else than bytes/,
    ],
    [
      "a stream that somebody reads",
      "{ clip: ((stream) => { stream.getReader(); return stream; })(new Blob([bytes]).stream()) }",
      "not-found",
      /read elsewhere/,
    ],
  ])("with %s", async (_, request, slug, message) => {
    const refusal = await refusalOf(request);
    expect(refusal).toMatchObject({ name: "UndertoneError", slug });
    expect(refusal.message).toMatch(message);
  });

  test("with what its error says beside the sentence", async () => {
    const { slug, extensions } = await refusalOf("{ clip: bytes, layers: [99] }");
    expect(slug).toBe("layer-out-of-range");
    expect(extensions).toMatchObject({ layer: 99, highest: expect.any(Number) });
  });

  test("with a file that is gone", async () => {
    const path = join(tmpdir(), `undertone-gone-${process.pid}.mp3`);
    await writeFile(path, readClip(CLIP));
    await opened.page.evaluate(() =>
      document.body.insertAdjacentHTML("beforeend", '<input type="file" id="gone">'),
    );
    await opened.page.setInputFiles("#gone", path);
    await rm(path);
    const { slug, message } = await refusalOf("{ clip: document.getElementById('gone').files[0] }");
    expect(slug).toBe("not-found");
    expect(message).toMatch(/^The clip cannot be read: /);
  });
});

describe.each([
  { model: "tiny-group-q8", layers: "last", layerCount: 3 },
  { model: "tiny-group-q8", layers: [1], layerCount: 1 },
  // A stable model has a layer norm at the end, which hidden states do not need.
  { model: "tiny-layer-q8", layers: "last", layerCount: 3 },
  { model: "tiny-layer-q8", layers: ["last_hidden_state"], layerCount: 3 },
] as const)("while layers $layers of $model are computed", ({ model, layers, layerCount }) => {
  let progress: Progress[];
  beforeAll(async () => {
    if (isSkipped) return;
    // Another engine has nothing in memory yet.
    const { page, close } = await openEnginePage(packs, {
      isolated: false,
      backend: "wasm",
      model,
    });
    progress = await page.evaluate(
      async ({ base64, layers }) => {
        const told: Progress[] = [];
        const clip = Uint8Array.fromBase64(base64);
        const onProgress = (progress: Progress) => void told.push(progress);
        await globalThis.engine.compute({ clip, layers, onProgress });
        return told;
      },
      { base64: Buffer.from(readClip(CLIP)).toString("base64"), layers },
    );
    await close();
  });

  test("all bytes that are needed of the pack arrive, step by step", () => {
    const loading = progress.filter((told) => told.stage === "loading");
    const loaded = loading.map(({ loadedBytes }) => loadedBytes);
    expect(loaded).toEqual(loaded.toSorted((a, b) => a - b));
    expect(new Set(loading.map(({ totalBytes }) => totalBytes))).toEqual(new Set([loaded.at(-1)]));
    expect(new Set(loaded).size).toBeGreaterThan(2);
  });

  test("each layer is told when it is done", () => {
    expect(progress.filter(({ stage }) => stage === "computing")).toEqual(
      Array.from({ length: layerCount }, (_, index) => ({
        stage: "computing",
        layersDone: index + 1,
        layersTotal: layerCount,
      })),
    );
  });
});

describe("an engine that has ended answers at once", () => {
  const openAnother = (options: string) =>
    `import("./engine/index.js").then(({ openEngine }) => openEngine({ service: location.href, ${options} }))`;
  const failureOf = (options: string, then: string) =>
    inPage(`{
      const engine = await ${openAnother(options)};
      const refusals = [];
      const asked = engine.compute({ clip: bytes }).catch(({ slug, message }) => refusals.push({ slug, message }));
      ${then}
      await asked;
      await engine.compute({ clip: bytes }).catch(({ slug, message }) => refusals.push({ slug, message }));
      return refusals;
    }`);

  test("because it was closed", async () => {
    const closed = { slug: "request-aborted", message: "The engine was closed." };
    expect(await failureOf("", "engine.close();")).toEqual([closed, closed]);
  });

  test("because its files are not where it looks for them", async () => {
    const missing = { slug: "storage-unavailable", message: expect.stringContaining("/nowhere/") };
    const assets = `assets: new URL("nowhere/", location.href).href`;
    expect(await failureOf(assets, "")).toEqual([missing, missing]);
  });
});
