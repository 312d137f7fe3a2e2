import { beforeAll, describe, expect, test } from "vitest";
import { TranscriptionSchema } from "../../../src/http/transcriptions/schema.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { problemOf, type Service, startService } from "../../support/http/service.ts";
import { ask, spellGreedily, startTaskService, wavOf } from "../../support/http/tasks.ts";
import {
  GOLDEN_HEADS,
  type GoldenHead,
  goldenHeadVectors,
  installChanged,
} from "../../support/model/golden-heads.ts";

let service: Service;
let logits: Float32Array;

beforeAll(async () => {
  service = await startTaskService();
  const golden = GOLDEN_HEADS.find(({ kind }) => kind === "ctc") as GoldenHead;
  logits = (await goldenHeadVectors(golden)).get("x16000")?.logits as Float32Array;
});

async function transcribe(query: string, clip: Uint8Array<ArrayBuffer>) {
  const response = await ask(service, `transcriptions?${query}`, "tiny-ctc", clip);
  expect(response.status).toBe(200);
  return TranscriptionSchema.parse(await response.json());
}

describe("POST /v1/transcriptions", () => {
  test("spells the best tokens of the reference's logits", async () => {
    const { decoder, text, words, tokens } = await transcribe("", await wavOf("x16000"));
    expect(decoder).toBe("greedy");
    expect(text).toBe(spellGreedily(logits));
    expect(words.map((word) => word.text).join(" ")).toBe(text);
    expect(tokens).toBeUndefined();
  });

  test("gives each word and token its time, in order and within the clip", async () => {
    const { words, tokens = [], frames } = await transcribe("tokens=true", await wavOf("x16000"));
    expect(tokens.length).toBeGreaterThan(5);
    for (const timed of [words, tokens]) {
      for (const [index, { start, end, confidence }] of timed.entries()) {
        expect(end).toBeGreaterThan(start);
        expect(start).toBeGreaterThanOrEqual(timed[index - 1]?.end ?? 0);
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }
      expect(timed.at(-1)?.end).toBeLessThanOrEqual(frames * 0.02);
    }
    // The frame in which the first token is best.
    const best = Array.from({ length: 49 }, (_, row) => {
      const frame = logits.subarray(row * 32, row * 32 + 32);
      return frame.indexOf(Math.max(...frame));
    });
    const first = best.findIndex((token) => token !== 0 && token !== 4);
    expect(tokens[0]?.start).toBeCloseTo(first * 0.02, 6);
  });

  test.each([
    ["txt", "text/plain", /^[^\n]+\n$/],
    ["srt", "application/x-subrip", /^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\n/],
    ["vtt", "text/vtt", /^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\n/],
  ])("writes %s on request", async (format, mediaType, form) => {
    const clip = await wavOf("x16000");
    const { words } = await transcribe("", clip);
    const response = await ask(service, `transcriptions?format=${format}`, "tiny-ctc", clip);
    expect(response.headers.get("Content-Type")).toBe(`${mediaType}; charset=UTF-8`);
    const written = await response.text();
    expect(written).toMatch(form);
    const plain = written.replaceAll("&lt;", "<").replaceAll("&gt;", ">");
    for (const { text } of words) expect(plain).toContain(text);
  });

  test("counts seconds from the beginning of the clip, not of the part", async () => {
    const { words } = await transcribe("start=0.5", await wavOf("x16000"));
    expect(words[0]?.start).toBeGreaterThanOrEqual(0.5);
    expect(words.at(-1)?.end).toBeLessThanOrEqual(1);
  });

  test("searches a beam on request, which of width 1 finds something too", async () => {
    const clip = await wavOf("x16000");
    const wide = await transcribe("decoder=beam", clip);
    expect(wide.decoder).toBe("beam");
    expect(wide.text.length).toBeGreaterThan(0);
    expect((await transcribe("decoder=beam&beam_width=1", clip)).text.length).toBeGreaterThan(0);
  });

  test("spells tokens by number where the checkpoint had no vocabulary", async () => {
    const store = memoryStore();
    await installChanged(store, "tiny-ctc", {});
    const bare = startService(nodeRegistry(store));
    const { text } = await (
      await ask(bare, "transcriptions", "tiny-ctc", await wavOf("x16000"))
    ).json();
    expect(text).toMatch(/^(<\d+>)+$/);
  });

  test.each([
    ["decoder=best", /greedy, beam/],
    ["decoder=beam&beam_width=0", /1 to 64/],
    ["decoder=beam&beam_width=65", /1 to 64/],
  ])("refuses %s", async (query, detail) => {
    const problem = await problemOf(
      await ask(service, `transcriptions?${query}`, "tiny-ctc", await wavOf("x400")),
    );
    expect(problem.type).toBe("/problems/invalid-option");
    expect(problem.detail).toMatch(detail);
  });

  test("needs a model with the head", async () => {
    const response = await ask(service, "transcriptions", "tiny-afc", await wavOf("x400"));
    expect(await problemOf(response)).toMatchObject({
      type: "/problems/model-without-head",
      status: 422,
      models: ["tiny-ctc-fp32"],
    });
  });
});
