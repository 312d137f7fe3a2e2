import { beforeAll, describe, expect, test } from "vitest";
import { DiarizationSchema } from "../../../src/http/diarizations/schema.ts";
import { problemOf, type Service } from "../../support/http/service.ts";
import { ask, startTaskService, wavOf } from "../../support/http/tasks.ts";
import {
  GOLDEN_HEADS,
  type GoldenHead,
  goldenHeadVectors,
} from "../../support/model/golden-heads.ts";

let service: Service;
/** Of the reference's logits: [frames][speakers]. */
let probabilities: number[][];

beforeAll(async () => {
  service = await startTaskService();
  const golden = GOLDEN_HEADS.find(({ name }) => name === "tiny-afc") as GoldenHead;
  const logits = [...((await goldenHeadVectors(golden)).get("x16000")?.logits ?? [])];
  const sigmoids = logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  probabilities = sigmoids.flatMap((value, at) =>
    at % 2 === 0 ? [[value, sigmoids[at + 1] as number]] : [],
  );
});

const RAW = "min_gap=0&min_segment=0";

async function diarize(query: string) {
  const response = await ask(service, `diarizations?${query}`, "tiny-afc", await wavOf("x16000"));
  expect(response.status).toBe(200);
  return DiarizationSchema.parse(await response.json());
}

describe("POST /v1/diarizations", () => {
  test("finds the frames in which the reference's probabilities reach the threshold", async () => {
    for (const threshold of [0.5, 0.55]) {
      const { segments, speakers } = await diarize(`${RAW}&threshold=${threshold}`);
      expect(speakers).toEqual(["speaker_0", "speaker_1"]);
      for (const [index, speaker] of speakers.entries()) {
        const expected = probabilities.map((frame) => (frame[index] as number) >= threshold);
        const found = expected.map(() => false);
        for (const { start, end } of segments.filter((segment) => segment.speaker === speaker)) {
          found.fill(true, Math.round(start / 0.02), Math.round(end / 0.02));
        }
        expect(found).toEqual(expected);
      }
    }
  });

  test("gives the probabilities themselves on request", async () => {
    const { probabilities: given = [], frames } = await diarize("probabilities=true");
    expect(given).toHaveLength(frames);
    for (const [row, frame] of given.entries()) {
      for (const [column, value] of frame.entries()) {
        expect(value).toBeCloseTo(probabilities[row]?.[column] as number, 4);
      }
    }
    expect((await diarize("")).probabilities).toBeUndefined();
  });

  test("bridges short pauses and drops short segments", async () => {
    const { segments: raw } = await diarize(`${RAW}&threshold=0.55`);
    const { segments: joined } = await diarize("threshold=0.55&min_gap=2&min_segment=0");
    expect(raw.length).toBeGreaterThan(joined.length);
    expect(new Set(joined.map(({ speaker }) => speaker)).size).toBe(joined.length);
    const { segments: long } = await diarize("threshold=0.55&min_gap=0&min_segment=0.1");
    expect(long.every(({ start, end }) => end - start >= 0.1 - 1e-9)).toBe(true);
    expect(long.length).toBeLessThan(raw.length);
  });

  test("orders segments by time, and counts from the beginning of the clip", async () => {
    const { segments } = await diarize(`${RAW}&threshold=0.5&start=0.5`);
    const starts = segments.map(({ start }) => start);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts[0]).toBeGreaterThanOrEqual(0.5);
  });

  test("writes RTTM on request", async () => {
    const response = await ask(
      service,
      "diarizations?format=rttm",
      "tiny-afc",
      await wavOf("x16000"),
    );
    expect(response.headers.get("Content-Type")).toMatch(/^text\/plain/);
    const { segments } = await diarize("");
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines).toEqual(
      segments.map(({ speaker, start, end }) => {
        const duration = (end - start).toFixed(3);
        return `SPEAKER clip 1 ${start.toFixed(3)} ${duration} <NA> <NA> ${speaker} <NA> <NA>`;
      }),
    );
  });

  test.each([
    ["meeting 7.final.wav", "meeting_7.final"],
    ["recording", "recording"],
    [".wav", ".wav"],
  ])("calls the clip in RTTM as the upload is called: %s", async (fileName, name) => {
    const form = new FormData();
    form.set("file", new File([await wavOf("x16000")], fileName));
    const response = await ask(service, "diarizations?format=rttm", "tiny-afc", form);
    const [line] = (await response.text()).split("\n");
    expect(line?.split(" ")[1]).toBe(name);
  });

  test.each(["threshold=1.1", "threshold=-0.1", "min_gap=-1", "format=xml"])(
    "refuses %s",
    async (query) => {
      const problem = await problemOf(
        await ask(service, `diarizations?${query}`, "tiny-afc", await wavOf("x400")),
      );
      expect(problem).toMatchObject({ type: "/problems/invalid-option", status: 422 });
    },
  );

  test("needs a model with the head", async () => {
    const response = await ask(service, "diarizations", "tiny-ctc", await wavOf("x400"));
    expect(await problemOf(response)).toMatchObject({
      type: "/problems/model-without-head",
      models: ["tiny-afc-fp32"],
    });
  });
});
