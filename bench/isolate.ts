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
  .option("--server <dir>", "another checkout's Worker")
  .option("--collected", "collect garbage before each sample, to see what is held")
  .parse()
  .opts<{
    readonly seconds: number;
    readonly model: string;
    readonly server?: string;
    readonly collected?: boolean;
  }>();

const worker = await bootBuiltWorker({
  prelude: WATCH_WASM + SLOW_CACHE,
  isInspected: true,
  vars: { MAX_QUEUE: "16" },
  ...(flags.server !== undefined && { repository: flags.server }),
});
try {
  await install(worker, flags.model);
  const watch = await watchIsolate(await worker.inspectorUrl(), "undertone");
  const idle = await watch.sample();
  const mix = clipMix(worker, flags.seconds);
  const { answers, peaks } = await sampling(watch, mix);
  watch.close();
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

/** Samples until `work` is done; gives the peaks, each of its own moment. */
async function sampling(
  watch: IsolateWatch,
  work: Promise<ReadonlyMap<string, number>>,
): Promise<{ answers: ReadonlyMap<string, number>; peaks: IsolateMemory }> {
  let peaks: IsolateMemory = { heapBytes: 0, bufferBytes: 0, wasmBytes: 0, totalBytes: 0 };
  const over = work.then(() => true);
  do {
    const sample = await watch.sample(flags.collected);
    peaks = {
      heapBytes: Math.max(peaks.heapBytes, sample.heapBytes),
      bufferBytes: Math.max(peaks.bufferBytes, sample.bufferBytes),
      wasmBytes: Math.max(peaks.wasmBytes, sample.wasmBytes),
      totalBytes: Math.max(peaks.totalBytes, sample.totalBytes),
    };
  } while (!(await Promise.race([over, pause(SAMPLE_MS, false)])));
  return { answers: await work, peaks };
}

function report(
  idle: IsolateMemory,
  peaks: IsolateMemory,
  answers: ReadonlyMap<string, number>,
): void {
  const ledgers = worker.logs().flatMap(({ ledger_peak_bytes: bytes }) => Number(bytes ?? 0));
  const ledgerBytes = Math.max(0, ...ledgers);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const rows = [
    ["V8's heap", megabytes(idle.heapBytes), megabytes(peaks.heapBytes)],
    ["array buffers", megabytes(idle.bufferBytes), megabytes(peaks.bufferBytes)],
    ["WASM memory", megabytes(idle.wasmBytes), megabytes(peaks.wasmBytes)],
    ["all at once", megabytes(idle.totalBytes), megabytes(peaks.totalBytes)],
    ["the ledger", "", ledgerBytes === 0 ? "none" : megabytes(ledgerBytes)],
  ];
  console.log(markdownTable(["memory", "idle (MB)", "peak (MB)"], rows));
  const counted = [...answers].sort().map(([answer, count]) => `${count} × ${answer}`);
  console.log(`\nAnswers: ${counted.join(", ")}.`);
  const isWithin = peaks.totalBytes <= LIMIT_BYTES;
  const isWell = [...answers.keys()].every((answer) => !/ (4|5(?!03))\d\d/.test(answer));
  console.log(`At most ${LIMIT_BYTES / 1e6} MB: ${isWithin ? "pass" : "MISS"}.`);
  console.log(`\nMeasured on ${machineSentence(describeMachine())}`);
  process.exitCode = isWithin && isWell ? 0 : 1;
}
