/** OpenAI's own SDK for JavaScript, as it comes from npm. */
import OpenAI, { APIError, toFile } from "openai";
import { describe, expect, test } from "vitest";
import { CLEAR_CLIPS, readSpokenClip, type SpokenClip } from "../../support/packs/spoken-words.ts";
import { outputOf } from "../../support/programs.ts";
import { wavOf } from "../support/http/tasks.ts";
import type { Host } from "./hosts.ts";

const SPOKEN = CLEAR_CLIPS[0] as SpokenClip;
const model = "spoken-words-q8";

/** The transcription, models, embeddings and errors of a service. */
export function describeOpenAi(hostOf: () => Host): void {
  const client = () => new OpenAI({ baseURL: `${hostOf().url}/v1`, apiKey: hostOf().key });
  const spoken = async () => toFile(await readSpokenClip(SPOKEN.file), SPOKEN.file);
  const failure = async (work: Promise<unknown>) => {
    const error = await work.catch((cause) => cause);
    expect(error).toBeInstanceOf(APIError);
    return error as InstanceType<typeof APIError>;
  };

  describe("openai for JavaScript", () => {
    test("lists models and gets one", async () => {
      const { models } = client();
      const ids: string[] = [];
      for await (const { id, object } of models.list()) ids.push(`${object} ${id}`);
      expect(ids).toContain(`model ${model}`);
      expect(await models.retrieve(model)).toMatchObject({ id: model, object: "model" });
    });

    test("transcribes into text and JSON", async () => {
      const { transcriptions } = client().audio;
      const { text, usage } = await transcriptions.create({ file: await spoken(), model });
      expect(text.toLowerCase()).toBe(SPOKEN.text);
      expect(usage).toMatchObject({ type: "duration" });
      const asText = await transcriptions.create({
        file: await spoken(),
        model,
        response_format: "text",
      });
      expect(asText).toBe(`${text}\n`);
    });

    test("transcribes with times of words and segments", async () => {
      const verbose = await client().audio.transcriptions.create({
        file: await spoken(),
        model,
        response_format: "verbose_json",
        timestamp_granularities: ["word", "segment"],
      });
      const { text, words = [], segments = [], duration } = verbose;
      expect(words.map(({ word }) => word).join(" ")).toBe(text);
      expect(segments.map((segment) => segment.text).join(" ")).toBe(text);
      expect(segments[0]?.start).toBe(words[0]?.start);
      expect(segments.at(-1)?.end).toBe(words.at(-1)?.end);
      for (const { avg_logprob } of segments) expect(avg_logprob).toBeLessThanOrEqual(0);
      expect(words.at(-1)?.end).toBeLessThanOrEqual(Number(duration));
      const segmentsOnly = await client().audio.transcriptions.create({
        file: await spoken(),
        model,
        response_format: "verbose_json",
      });
      expect(segmentsOnly.segments).toEqual(segments);
      expect(segmentsOnly).not.toHaveProperty("words");
    });

    test.each(["srt", "vtt"] as const)(
      "transcribes into %s, which ffmpeg reads",
      async (format) => {
        const written = await client().audio.transcriptions.create({
          file: await spoken(),
          model,
          response_format: format,
        });
        const demuxer = format === "vtt" ? "webvtt" : format;
        const args = ["-v", "error", "-f", demuxer, "-i", "-", "-f", "srt", "-"];
        const read = outputOf("ffmpeg", args, new TextEncoder().encode(String(written)));
        const lines = new TextDecoder().decode(read).split("\n");
        expect(lines[1]).toMatch(/^00:00:0\d,\d{3} --> 00:00:0\d,\d{3}$/);
        expect(lines[2]?.toLowerCase()).toBe(SPOKEN.text);
      },
    );

    test("transcribes into a stream of events", async () => {
      const stream = await client().audio.transcriptions.create({
        file: await spoken(),
        model,
        stream: true,
      });
      let text = "";
      let whole: string | undefined;
      for await (const event of stream) {
        if (event.type === "transcript.text.delta") text += event.delta;
        if (event.type === "transcript.text.done") whole = event.text;
      }
      expect(text.toLowerCase()).toBe(SPOKEN.text);
      expect(whole).toBe(text);
    });

    test("is told which options change nothing", async () => {
      const { response } = await client()
        .audio.transcriptions.create({
          file: await spoken(),
          model,
          language: "en",
          prompt: "numbers",
          temperature: 0,
        })
        .withResponse();
      expect(response.headers.get("X-Undertone-Ignored")).toBe("language, prompt, temperature");
    });

    test("embeds data URLs as base64, which it asks for itself, and as numbers", async () => {
      const clips = [await wavOf("x16000"), await readSpokenClip(SPOKEN.file)];
      const input = clips.map(
        (clip) => `data:audio/any;base64,${Buffer.from(clip).toString("base64")}`,
      );
      const { embeddings } = client();
      const options = { model: "tiny-xvector-fp32", input };
      const decoded = await embeddings.create(options);
      const numbers = await embeddings.create({ ...options, encoding_format: "float" });
      expect(decoded.model).toBe(options.model);
      expect(decoded.data).toHaveLength(2);
      for (const [index, { embedding }] of numbers.data.entries()) {
        expect(embedding.length).toBeGreaterThan(0);
        expect([...(decoded.data[index]?.embedding ?? [])]).toEqual(
          Array.from(Float32Array.from(embedding)),
        );
      }
      const url = `${hostOf().url}/v1/embeddings?model=${options.model}`;
      const init = { method: "POST", body: clips[1] as BodyInit, headers: authorization(hostOf()) };
      const posted = await (await fetch(url, init)).json();
      expect(numbers.data[1]?.embedding).toEqual(posted.embedding);
    });

    test("shows what was wrong", async () => {
      const { audio, embeddings } = client();
      const file = await spoken();
      const unknown = await failure(audio.transcriptions.create({ file, model: "whisper-1" }));
      expect(unknown).toMatchObject({ status: 404, code: "unknown-model" });
      expect(unknown.message).toMatch(/whisper-1/);
      const format = await failure(
        audio.transcriptions.create({ file, model, response_format: "diarized_json" }),
      );
      expect(format).toMatchObject({ status: 422, param: "response_format" });
      expect(format.message).toMatch(/json, text, srt, vtt, verbose_json/);
      const times = { timestamp_granularities: ["word" as const] };
      const untimed = await failure(audio.transcriptions.create({ file, model, ...times }));
      expect(untimed).toMatchObject({ status: 422, param: "timestamp_granularities[]" });
      const streamed = { response_format: "srt" as const, stream: true as const };
      const events = await failure(audio.transcriptions.create({ file, model, ...streamed }));
      expect(events).toMatchObject({ status: 422, param: "stream" });
      const words = await failure(embeddings.create({ model, input: "some words" }));
      expect(words).toMatchObject({ status: 422, param: "input" });
      const speech = await failure(audio.speech.create({ model, input: "Hello", voice: "alloy" }));
      expect(speech.status).toBe(404);
      expect(speech.message).toMatch(/nothing at \/v1\/audio\/speech/);
    });
  });
}

/** Headers of a request with the service's key. */
export function authorization({ key }: Host) {
  return { Authorization: `Bearer ${key}`, Connection: "close" };
}
