import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { wordErrors } from "../../src/model/accuracy/word-error.ts";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { makeWav } from "../../support/clips/make-wav.ts";
import {
  CLEAR_CLIPS,
  installSpokenWords,
  readSpokenClip,
  SPOKEN_ARPA,
  SPOKEN_CLIPS,
  writeSpokenWordsDirectory,
} from "../../support/packs/spoken-words.ts";
import { startNodeServer } from "../../support/runtimes/node.ts";
import { bootWorker } from "../../support/runtimes/workerd.ts";
import { MISSING_CHROMIUM } from "../support/browser/chromium.ts";
import { openEnginePage } from "../support/browser/engine-page.ts";
import { runUndertone } from "../support/cli/undertone.ts";
import { prepare } from "../support/clips/prepared.ts";
import { isMissing } from "./ask.ts";

/** Other tests may be busy on the same machine. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SAMPLE_RATE_HZ = 16_000;
const PAUSE_SECONDS = 0.2;
/** The model was trained on utterances of up to six words; of a recording of 48 it misspells some. */
const LONG_CLIP_WORD_ERROR_RATE = 0.2;
/** Root mean square, of full scale 1. */
const LOUDNESS = 0.1;
const JOB_PATIENCE = { timeout: 100_000, interval: 100 };
/** Three frames. */
const TIME_TOLERANCE_SECONDS = 0.06;

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Transcript {
  readonly text: string;
  readonly words: readonly Word[];
}

/** Those of the endpoint, and of its command. */
type Options = Readonly<Record<string, string>>;

/** A door that writes down what is said in clips, in their order. */
interface TranscribingDoor {
  transcribe(clips: readonly Uint8Array<ArrayBuffer>[], options?: Options): Promise<Transcript[]>;
  close(): Promise<unknown>;
}

function overHttp(
  ask: (path: string, init: RequestInit) => Promise<Response>,
  close: () => Promise<unknown>,
): TranscribingDoor {
  return {
    async transcribe(clips, options = {}) {
      const transcripts: Transcript[] = [];
      for (const body of clips) {
        const path = `/v1/transcriptions?${new URLSearchParams(options)}`;
        const answer = await ask(path, { method: "POST", body });
        expect(answer.status).toBe(200);
        transcripts.push(await answer.json());
      }
      return transcripts;
    },
    close,
  };
}

/** A real Node server of the model. */
async function startSpokenServer() {
  const directory = await mkdtemp(join(tmpdir(), "undertone-spoken-"));
  const [packs, data] = [join(directory, "packs"), join(directory, "data")];
  await installSpokenWords(filesystemStore(packs), "q8", SPOKEN_ARPA);
  const variables = { PACKS: packs, DATA: data, UNDERTONE_OPEN: "1" };
  const server = await startNodeServer({ ...variables, UNDERTONE_BACKEND: "wasm" });
  return {
    url: server.url,
    async close() {
      server.process.kill("SIGTERM");
      await server.ended;
      await rm(directory, { recursive: true });
    },
  };
}

async function transcribeByJobs(
  url: string,
  clips: readonly Uint8Array<ArrayBuffer>[],
  options: Options = {},
): Promise<Transcript[]> {
  const query = new URLSearchParams({ task: "transcription", ...options });
  const submitted = clips.map(async (body) => {
    const job = await fetch(`${url}/v1/jobs?${query}`, { method: "POST", body });
    return (await job.json()).id as string;
  });
  const transcripts: Transcript[] = [];
  for (const id of await Promise.all(submitted)) {
    transcripts.push(
      await vi.waitFor(async () => {
        const result = await fetch(`${url}/v1/jobs/${id}/result`);
        expect(result.status).toBe(200);
        return await result.json();
      }, JOB_PATIENCE),
    );
  }
  return transcripts;
}

async function transcribeInPage(
  page: Page,
  clips: readonly Uint8Array[],
  options: Options = {},
): Promise<Transcript[]> {
  const transcripts: Transcript[] = [];
  for (const clip of clips) {
    const base64 = Buffer.from(clip).toString("base64");
    transcripts.push(
      await page.evaluate(
        ([text, given]) => {
          const clip = Uint8Array.fromBase64(text);
          return globalThis.engine.answer({ task: "transcription", clip, options: given });
        },
        [base64, options] as const,
      ),
    );
  }
  return transcripts;
}

interface TranscribingDoorEntry {
  readonly name: string;
  open(): Promise<TranscribingDoor>;
  /** Why it cannot be opened on this machine; null where it can. */
  readonly missing?: string | null;
}

const DOORS: readonly TranscribingDoorEntry[] = [
  {
    name: "HTTP on workerd",
    async open() {
      const worker = await bootWorker();
      await installSpokenWords(worker.bucket, "q8", SPOKEN_ARPA);
      return overHttp(worker.fetch, worker.stop);
    },
  },
  {
    name: "HTTP on Node",
    async open() {
      const { url, close } = await startSpokenServer();
      return overHttp((path, init) => fetch(url + path, init), close);
    },
  },
  {
    name: "jobs on Node",
    async open() {
      const { url, close } = await startSpokenServer();
      return { transcribe: (clips, options) => transcribeByJobs(url, clips, options), close };
    },
  },
  {
    name: "the browser module",
    missing: MISSING_CHROMIUM,
    async open() {
      const packs = memoryStore();
      await installSpokenWords(packs, "q8", SPOKEN_ARPA);
      const opened = await openEnginePage(packs, { isolated: true, backend: "wasm" });
      return {
        transcribe: (clips, options) => transcribeInPage(opened.page, clips, options),
        close: () => opened.close(),
      };
    },
  },
  {
    name: "the command line",
    async open() {
      const directory = await mkdtemp(join(tmpdir(), "undertone-spoken-"));
      await writeSpokenWordsDirectory(filesystemStore(join(directory, "pack")), "q8", SPOKEN_ARPA);
      return {
        transcribe: (clips, options) => transcribeOnCommandLine(directory, clips, options),
        close: () => rm(directory, { recursive: true }),
      };
    },
  },
];

async function transcribeOnCommandLine(
  directory: string,
  clips: readonly Uint8Array[],
  options: Options = {},
): Promise<Transcript[]> {
  const files = clips.map((_, index) => `${index}.clip`);
  for (const [index, clip] of clips.entries()) {
    await writeFile(join(directory, files[index] as string), clip);
  }
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll("_", "-")}`;
    return value === "true" ? [flag] : [flag, value];
  });
  const args = ["transcribe", "--pack", "pack", ...flags, "--out", "said.jsonl", ...files];
  const { status, stderr } = await runUndertone(args, directory);
  expect(status, stderr).toBe(0);
  const lines = (await readFile(join(directory, "said.jsonl"), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** Clips with pauses between them, as one recording, and where each begins in it. */
async function joined(files: readonly string[]) {
  const pause = new Float32Array(PAUSE_SECONDS * SAMPLE_RATE_HZ);
  const parts: Float32Array[] = [];
  const startsSeconds: number[] = [];
  let length = 0;
  for (const file of files) {
    const { samples } = await prepare(await readSpokenClip(file));
    startsSeconds.push(length / SAMPLE_RATE_HZ);
    parts.push(evenly(samples), pause);
    length += samples.length + pause.length;
  }
  const whole = new Float32Array(length);
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  const clip = makeWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [whole], format: "f32" });
  return { clip, startsSeconds };
}

/** At one loudness: the model normalises a recording as a whole. */
function evenly(samples: Float32Array): Float32Array {
  const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
  return samples.map((sample) => (sample * LOUDNESS) / Math.sqrt(power));
}

describe.each(DOORS)("through $name", ({ open, missing = null }) => {
  const isSkipped = isMissing({ missing });
  let door: TranscribingDoor;
  let transcripts: Map<string, Transcript>;
  beforeEach(({ skip }) => {
    if (isSkipped) skip(missing ?? "");
  });
  beforeAll(async () => {
    if (isSkipped) return;
    door = await open();
    const files = SPOKEN_CLIPS.map(({ file }) => file);
    const written = await door.transcribe(await Promise.all(files.map(readSpokenClip)));
    transcripts = new Map(files.map((file, index) => [file, written[index] as Transcript]));
  });
  afterAll(() => door?.close());

  test.each(CLEAR_CLIPS)("$voice's words are written as they were said: $text", (clip) => {
    const { text, words } = transcripts.get(clip.file) as Transcript;
    expect(text.toLowerCase()).toBe(clip.text);
    expect(words.map((word) => word.text).join(" ")).toBe(text);
  });

  test("a recording of many clips has the words of all of them, each in its place", async () => {
    const clips = CLEAR_CLIPS.filter(({ voice }) => voice.startsWith("en-"));
    const { clip, startsSeconds } = await joined(clips.map(({ file }) => file));
    const [said] = await door.transcribe([clip]);
    const { errors, words } = wordErrors(clips.map(({ text }) => text).join(" "), said?.text ?? "");
    expect(errors / words).toBeLessThanOrEqual(LONG_CLIP_WORD_ERROR_RATE);
    expect(said?.words).toHaveLength(words);
    const expected = clips.flatMap(({ file }, index) =>
      (transcripts.get(file)?.words ?? []).map(({ start }) => start + (startsSeconds[index] ?? 0)),
    );
    for (const [index, { start }] of (said?.words ?? []).entries()) {
      const difference = Math.abs(start - (expected[index] ?? Number.NaN));
      expect(difference).toBeLessThanOrEqual(TIME_TOLERANCE_SECONDS);
    }
  });

  test.each<Options>([
    { lm: "true" },
    { hot_words: "zero,one,two,three,four,five,six,seven,eight,nine,left,right,on,off,go" },
  ])(
    "fewer words of a voice that the model does not know are misspelled by %j",
    async (options) => {
      const clips = SPOKEN_CLIPS.filter(({ voice }) => voice === "rms");
      const bytes = await Promise.all(clips.map(({ file }) => readSpokenClip(file)));
      const errorsOf = (said: readonly Transcript[]) =>
        clips.reduce((sum, { text }, at) => sum + wordErrors(text, said[at]?.text ?? "").errors, 0);
      const greedy = errorsOf(clips.map(({ file }) => transcripts.get(file) as Transcript));
      expect(errorsOf(await door.transcribe(bytes, options))).toBeLessThan(greedy);
    },
  );

  test("silence has no words", async () => {
    const silence = new Float32Array(2 * SAMPLE_RATE_HZ);
    const clip = makeWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [silence], format: "s16" });
    const [said] = await door.transcribe([clip]);
    expect(said).toMatchObject({ text: "", words: [] });
  });
});
