/** `npm run bench:isolate`: the memory of a Worker's isolate under a mix of clips, which nothing local bounds, held against 128 MB. */
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { reportProgress } from "../src/cli/output/progress.ts";
import { readPackFiles } from "../src/cli/packs/files.ts";
import { manifestKey } from "../src/model/pack/manifest.ts";
import { type BuiltWorker, bootBuiltWorker } from "../support/runtimes/built-worker.ts";
import {
  type IsolateMemory,
  type IsolateWatch,
  WATCH_WASM,
  watchIsolate,
} from "../support/runtimes/isolate-memory.ts";
import { clipMix } from "./isolate-load/clip-mix.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { cachedPack, SILENT } from "./models.ts";
import { wholeNumber } from "./options.ts";
import { markdownTable } from "./table.ts";

/** Of Workers: https://developers.cloudflare.com/workers/platform/limits/#memory */
const LIMIT_BYTES = 128e6;
const SAMPLE_MS = 50;

/** A cache that takes two seconds for each write. */
const SLOW_CACHE = `
  {
    const { put } = Cache.prototype;
    Cache.prototype.put = async function (...args) {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return put.apply(this, args);
    };
  }
`;

const flags = new Command("bench:isolate")
  .description("9 clients at once, jobs, comparisons and results of all layers in one isolate")
  .option("--seconds <n>", "of each clip", wholeNumber, 30)
  .option("--model <source>", "as pack build takes it", "synthetic:base-plus")
  .option("--stages <n>", "of the model, each an isolate of its own", wholeNumber, 0)
  .option("--server <dir>", "another checkout's Worker")
  .option("--collected", "collect garbage before each sample, to see what is held")
  .parse()
  .opts<{
    readonly seconds: number;
    readonly model: string;
    readonly stages: number;
    readonly server?: string;
    readonly collected?: boolean;
  }>();

const worker = await bootBuiltWorker({
  prelude: WATCH_WASM + SLOW_CACHE,
  isInspected: true,
  vars: { MAX_QUEUE: "16" },
  stages: flags.stages,
  ...(flags.server !== undefined && { repository: flags.server }),
});
try {
  await install(worker, flags.model);
  const watches = await watchAll(await worker.inspectorUrl());
  const idle = await sampleAll(watches);
  const mix = clipMix(worker, flags.seconds);
  const { answers, peaks } = await sampling(watches, mix);
  for (const watch of watches.values()) watch.close();
  report(idle, peaks, answers);
} finally {
  await worker.stop();
}

async function install({ packs }: BuiltWorker, source: string): Promise<void> {
  const { directory } = await cachedPack(source, "q8", reportProgress(process.stderr));
  const { manifest, manifestPath, blobs } = await readPackFiles(directory, SILENT);
  for (const { key, path } of blobs) await packs.put(key, await readFile(path));
  await packs.put(manifestKey(manifest.id), await readFile(manifestPath));
}

/** Watches of isolates, or what was sampled of them, by the name of the Worker. */
type ByIsolate<Value> = ReadonlyMap<string, Value>;

async function watchAll(inspectorUrl: URL): Promise<ByIsolate<IsolateWatch>> {
  const stages = Array.from({ length: flags.stages }, (_, index) => `undertone-stage-${index + 1}`);
  const names = ["undertone", ...stages];
  const watching = names.map(
    async (name) => [name, await watchIsolate(inspectorUrl, name)] as const,
  );
  return new Map(await Promise.all(watching));
}

async function sampleAll(watches: ByIsolate<IsolateWatch>): Promise<ByIsolate<IsolateMemory>> {
  const samples = [...watches].map(
    async ([name, watch]) => [name, await watch.sample(flags.collected)] as const,
  );
  return new Map(await Promise.all(samples));
}

/** Samples until `work` is done; gives the peaks, each of its own moment. */
async function sampling(
  watches: ByIsolate<IsolateWatch>,
  work: Promise<ReadonlyMap<string, number>>,
): Promise<{ answers: ReadonlyMap<string, number>; peaks: ByIsolate<IsolateMemory> }> {
  let peaks: ByIsolate<IsolateMemory> = new Map();
  const over = work.then(() => true);
  do {
    const samples = await sampleAll(watches);
    peaks = new Map(
      [...samples].map(([name, sample]) => [name, larger(sample, peaks.get(name) ?? sample)]),
    );
  } while (!(await Promise.race([over, pause(SAMPLE_MS, false)])));
  return { answers: await work, peaks };
}

function larger(a: IsolateMemory, b: IsolateMemory): IsolateMemory {
  return {
    heapBytes: Math.max(a.heapBytes, b.heapBytes),
    bufferBytes: Math.max(a.bufferBytes, b.bufferBytes),
    wasmBytes: Math.max(a.wasmBytes, b.wasmBytes),
    totalBytes: Math.max(a.totalBytes, b.totalBytes),
  };
}

function report(
  idle: ByIsolate<IsolateMemory>,
  peaks: ByIsolate<IsolateMemory>,
  answers: ReadonlyMap<string, number>,
): void {
  const ledgers = worker.logs().flatMap(({ ledger_peak_bytes: bytes }) => Number(bytes ?? 0));
  const ledgerBytes = Math.max(0, ...ledgers);
  const rows = [...peaks].flatMap(([name, peak]) => rowsOf(name, idle.get(name) ?? peak, peak));
  rows.push(["undertone", "the ledger", "", ledgerBytes === 0 ? "none" : megabytes(ledgerBytes)]);
  console.log(markdownTable(["isolate", "memory", "idle (MB)", "peak (MB)"], rows));
  const counted = [...answers].sort().map(([answer, count]) => `${count} × ${answer}`);
  console.log(`\nAnswers: ${counted.join(", ")}.`);
  const isWithin = [...peaks.values()].every(({ totalBytes }) => totalBytes <= LIMIT_BYTES);
  const isWell = [...answers.keys()].every(
    (answer) => !/ (4\d\d|5(?!03)\d\d|closed)$/.test(answer),
  );
  console.log(`At most ${LIMIT_BYTES / 1e6} MB in each isolate: ${isWithin ? "pass" : "MISS"}.`);
  console.log(`\nMeasured on ${machineSentence(describeMachine())}`);
  process.exitCode = isWithin && isWell ? 0 : 1;
}

function rowsOf(name: string, idle: IsolateMemory, peak: IsolateMemory): string[][] {
  return [
    [name, "V8's heap", megabytes(idle.heapBytes), megabytes(peak.heapBytes)],
    [name, "array buffers", megabytes(idle.bufferBytes), megabytes(peak.bufferBytes)],
    [name, "WASM memory", megabytes(idle.wasmBytes), megabytes(peak.wasmBytes)],
    [name, "all at once", megabytes(idle.totalBytes), megabytes(peak.totalBytes)],
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
