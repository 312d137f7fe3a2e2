import { beforeAll, describe, expect, test } from "vitest";
import { problemOf, type Service } from "../../support/http/service.ts";
import { ask, startTaskService, wavOf } from "../../support/http/tasks.ts";

let service: Service;
let clip: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  service = await startTaskService();
  clip = await wavOf("x16000");
});

const answerOf = async (address: string, model: string) => {
  const response = await ask(service, address, model, clip);
  expect(response.status).toBe(200);
  return response;
};

describe("POST /v1/audio/classification", () => {
  test("gives the labels of /v1/classifications with their numbers in the model", async () => {
    const { labels } = await (await answerOf("classifications?top=4", "tiny-seqcls")).json();
    const { model, detections } = await (
      await answerOf("audio/classification?top_k=4", "tiny-seqcls")
    ).json();
    expect(model).toBe("tiny-seqcls-fp32");
    const scored = detections.map(({ label, score }: { label: string; score: number }) => {
      return { label, score };
    });
    expect(scored).toEqual(labels);
    const known = (await (await service.app.request("/v1/models/tiny-seqcls-fp32")).json()).head;
    for (const { index, label } of detections) expect(known.labels[index]).toBe(label);
  });

  test("leaves out what is below the threshold", async () => {
    const all = await (await answerOf("audio/classification", "tiny-seqcls")).json();
    const threshold = all.detections[0].score;
    const best = await answerOf(`audio/classification?threshold=${threshold}`, "tiny-seqcls");
    expect((await best.json()).detections).toEqual([all.detections[0]]);
  });
});

describe("POST /v1/audio/diarization", () => {
  const query = "threshold=0.45";

  test("gives the segments of /v1/diarizations with speakers numbered as they come", async () => {
    const { segments } = await (await answerOf(`diarizations?${query}`, "tiny-afc")).json();
    const answer = await answerOf(
      `audio/diarization?${query}&response_format=verbose_json&num_speakers=2`,
      "tiny-afc",
    );
    expect(answer.headers.get("X-Undertone-Ignored")).toBe("num_speakers");
    const { segments: numbered, speakers, num_speakers } = await answer.json();
    expect(numbered[0]).toMatchObject({ id: 0, speaker: "SPEAKER_00" });
    const times = ({ start, end }: { start: number; end: number }) => [start, end];
    expect(numbered.map(times)).toEqual(segments.map(times));
    expect(speakers).toHaveLength(num_speakers);
    const seconds = speakers.map((one: Record<string, number>) => one.total_speech_duration);
    const sum = segments.reduce(
      (total: number, { start, end }: { start: number; end: number }) => total + end - start,
      0,
    );
    expect(seconds.reduce((total: number, one: number) => total + one, 0)).toBeCloseTo(sum, 3);
  });

  test("is written as RTTM", async () => {
    const answer = await answerOf(`audio/diarization?${query}&response_format=rttm`, "tiny-afc");
    expect(await answer.text()).toMatch(/^SPEAKER \S+ 1 [\d.]+ [\d.]+ <NA> <NA> SPEAKER_00 /);
  });

  test("writes no text", async () => {
    const refused = await ask(service, "audio/diarization?include_text=true", "tiny-afc", clip);
    expect(await problemOf(refused)).toMatchObject({
      status: 422,
      error: { code: "invalid-option", param: "include_text" },
    });
  });
});
