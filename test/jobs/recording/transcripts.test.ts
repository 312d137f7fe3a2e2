import { expect, test } from "vitest";
import { memoryStore } from "../../../src/store/memory.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import {
  CLEAR_CLIPS,
  installSpokenWords,
  readSpokenClip,
} from "../../../support/packs/spoken-words.ts";
import { AMPLE_LIMITS, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { prepare } from "../../support/clips/prepared.ts";
import { resultOf, startRecordings, WINDOW_SECONDS } from "../../support/jobs/recordings.ts";

const RATE_HZ = 16_000;
const SECONDS = 60;
const PAUSE_SECONDS = 0.9;

/** Clips of spoken words one after the other, with pauses between, until the recording is full; and their words. */
async function spokenRecording() {
  const samples = new Float32Array(SECONDS * RATE_HZ);
  const words: string[] = [];
  for (let at = 0, index = 0; ; index++) {
    const clip = CLEAR_CLIPS[index % CLEAR_CLIPS.length];
    if (clip === undefined) throw new Error("there are no clips");
    const spoken = (await prepare(await readSpokenClip(clip.file))).samples;
    if (at + spoken.length > samples.length) break;
    samples.set(spoken, at);
    words.push(...clip.text.split(" "));
    at += spoken.length + PAUSE_SECONDS * RATE_HZ;
  }
  return { wav: makeWav({ sampleRateHz: RATE_HZ, channels: [samples], format: "s16" }), words };
}

/** The texts and the times, in seconds, of subtitles in either format. */
function cuesOf(subtitles: string) {
  const times = /^(\d+):(\d+):(\d+)[,.](\d+) --> (\d+):(\d+):(\d+)[,.](\d+)\n([\s\S]*?)\n\n/gm;
  return [...subtitles.matchAll(times)].map(([, ...parts]) => {
    const [h = 0, m = 0, s = 0, ms = 0, h2 = 0, m2 = 0, s2 = 0, ms2 = 0] = parts.map(Number);
    const start = h * 3600 + m * 60 + s + ms / 1000;
    return { start, end: h2 * 3600 + m2 * 60 + s2 + ms2 / 1000, text: parts[8] as string };
  });
}

test("a long transcript is text, and subtitles whose times grow, from its first window to its last", async () => {
  const store = memoryStore();
  await installSpokenWords(store, "q8");
  const models = nodeRegistry(store, "", { ...AMPLE_LIMITS, windowSeconds: WINDOW_SECONDS });
  const service = await startRecordings([], {}, models);
  const { wav, words } = await spokenRecording();
  const id = await service.submit(wav, "?task=transcription&format=srt");
  await service.drain();
  expect((await service.job(id)).progress.windows_done).toBeGreaterThan(10);
  const read = async (query = "") => new TextDecoder().decode(await resultOf(service, id, query));
  const { text, words: timed } = JSON.parse(await read("?format=json"));
  const whole = await service.app.request("/v1/transcriptions", { method: "POST", body: wav });
  expect(await whole.json()).toMatchObject({ text, words: timed });
  const said = text.toLowerCase().split(" ");
  expect(said.length).toBeGreaterThan(0.9 * words.length);
  expect(said.length).toBeLessThan(1.1 * words.length);
  expect(await read("?format=txt")).toBe(`${text}\n`);
  const [srt, vtt] = [await read(), await read("?format=vtt")];
  expect(vtt).toMatch(/^WEBVTT\n\n/);
  const cues = cuesOf(srt);
  expect(cuesOf(vtt)).toEqual(cues);
  expect(cues.map((cue) => cue.text.replaceAll("\n", " ")).join(" ")).toBe(text);
  for (const [index, { start, end }] of cues.entries()) {
    expect(start).toBeGreaterThanOrEqual(cues[index - 1]?.end ?? 0);
    expect(end).toBeGreaterThan(start);
  }
  expect(cues.at(0)?.start).toBeLessThan(WINDOW_SECONDS);
  expect(cues.at(-1)?.end).toBeGreaterThan(SECONDS - WINDOW_SECONDS);
  expect(cues.at(-1)?.end).toBeLessThanOrEqual(SECONDS);
});
