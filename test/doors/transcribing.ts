/** Every door that writes down what is said in clips, with spoken-words and a language model. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "playwright-core";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { memoryStore } from "../../src/store/memory.ts";
import {
  installSpokenWords,
  SPOKEN_ARPA,
  writeSpokenWordsDirectory,
} from "../../support/packs/spoken-words.ts";
import { startNodeServer } from "../../support/runtimes/node.ts";
import { bootWorker } from "../../support/runtimes/workerd.ts";
import { MISSING_CHROMIUM } from "../support/browser/chromium.ts";
import { openEnginePage } from "../support/browser/engine-page.ts";
import { runUndertone } from "../support/cli/undertone.ts";

const JOB_POLL_MS = 100;
/** Between pieces of a clip that arrives slowly. */
const PAUSE_MS = 30;

type Pieces = readonly Uint8Array<ArrayBuffer>[];

async function* withPauses(pieces: Pieces): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const piece of pieces) {
    yield piece;
    await delay(PAUSE_MS);
  }
}

/** A body of unknown length. */
function slowBody(pieces: Pieces) {
  return {
    body: Readable.toWeb(Readable.from(withPauses(pieces))) as ReadableStream,
    duplex: "half" as const,
  };
}

/** A word of a transcript, with its times in seconds. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What a door wrote down of a clip. */
export interface Transcript {
  readonly text: string;
  readonly words: readonly Word[];
}

/** Those of the endpoint, and of its command. */
export type Options = Readonly<Record<string, string>>;

/** A door that writes down what is said in clips, in their order. */
export interface TranscribingDoor {
  transcribe(clips: readonly Uint8Array<ArrayBuffer>[], options?: Options): Promise<Transcript[]>;
  /** The same of one clip whose bytes come in pieces, each after a pause. */
  transcribeArriving(pieces: readonly Uint8Array<ArrayBuffer>[]): Promise<Transcript>;
  close(): Promise<unknown>;
}

function overHttp(
  ask: (path: string, init: RequestInit) => Promise<Response>,
  close: () => Promise<unknown>,
): TranscribingDoor {
  const transcribed = async (sent: RequestInit, options: Options = {}): Promise<Transcript> => {
    const path = `/v1/transcriptions?${new URLSearchParams(options)}`;
    return jsonOf(await ask(path, { method: "POST", ...sent }));
  };
  return {
    async transcribe(clips, options) {
      const transcripts: Transcript[] = [];
      for (const body of clips) transcripts.push(await transcribed({ body }, options));
      return transcripts;
    },
    transcribeArriving: (pieces) => transcribed(slowBody(pieces)),
    close,
  };
}

async function jsonOf(answer: Response) {
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
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

function byJobs(url: string, close: () => Promise<unknown>): TranscribingDoor {
  const submit = async (sent: RequestInit, options: Options = {}): Promise<string> => {
    const query = new URLSearchParams({ task: "transcription", ...options });
    const { id } = await jsonOf(
      await fetch(`${url}/v1/jobs?${query}`, { method: "POST", ...sent }),
    );
    return `${url}/v1/jobs/${id}`;
  };
  return {
    async transcribe(clips, options) {
      const jobs = await Promise.all(clips.map((body) => submit({ body }, options)));
      const transcripts: Transcript[] = [];
      for (const job of jobs) transcripts.push(await resultOf(job));
      return transcripts;
    },
    transcribeArriving: async (pieces) => resultOf(await submit(slowBody(pieces))),
    close,
  };
}

async function resultOf(jobUrl: string): Promise<Transcript> {
  for (;;) {
    const job = await (await fetch(jobUrl)).json();
    if (job.status === "done") return (await fetch(`${jobUrl}/result`)).json();
    if (job.status === "failed") throw new Error(JSON.stringify(job.problem));
    await delay(JOB_POLL_MS);
  }
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

function transcribeStreamInPage(page: Page, pieces: Pieces): Promise<Transcript> {
  const texts = pieces.map((piece) => Buffer.from(piece).toString("base64"));
  return page.evaluate(
    ([texts, pauseMs]) => {
      const clip = new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
          const text = texts.shift();
          if (text === undefined) controller.close();
          else controller.enqueue(Uint8Array.fromBase64(text));
        },
      });
      return globalThis.engine.answer({ task: "transcription", clip });
    },
    [texts, PAUSE_MS] as const,
  );
}

/** A door by name. */
export interface TranscribingDoorEntry {
  readonly name: string;
  open(): Promise<TranscribingDoor>;
  /** Why it cannot be opened on this machine; null where it can. */
  readonly missing?: string | null;
}

export const TRANSCRIBING_DOORS: readonly TranscribingDoorEntry[] = [
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
      return byJobs(url, close);
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
        transcribeArriving: (pieces) => transcribeStreamInPage(opened.page, pieces),
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
        transcribeArriving: (pieces) => transcribeStandardInput(directory, pieces),
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
  if (status !== 0) throw new Error(stderr);
  const lines = (await readFile(join(directory, "said.jsonl"), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

async function transcribeStandardInput(directory: string, pieces: Pieces): Promise<Transcript> {
  const args = ["transcribe", "--pack", "pack", "-"];
  const { status, stdout, stderr } = await runUndertone(args, directory, {}, withPauses(pieces));
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
