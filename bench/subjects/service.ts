/** Undertone itself: the deployed Worker in workerd, a WAV file in, .npy out, over HTTP. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ProgressReport } from "../../src/cli/output/progress.ts";
import { readPackFiles } from "../../src/cli/packs/files.ts";
import type { LogEntry } from "../../src/log.ts";
import { manifestKey } from "../../src/model/pack/manifest.ts";
import { type BootedWorker, bootWorker } from "../../support/runtimes/workerd.ts";
import { SILENT } from "../models.ts";
import type { MemoryUse, Subject } from "./subject.ts";

/** Longest delay of a request's log line after its answer. */
const LOG_PATIENCE_MS = 5000;
const LOG_POLL_MS = 20;

/** Variables of the Worker that replace those of wrangler.toml. */
export type WorkerVariables = Readonly<Record<string, string>>;

/** Undertone in workerd. */
export interface Service extends Subject {
  /** SHA-256 of the last answer. */
  digest(): string;
  /** Bytes of weights that were read for the last run. */
  readWeightBytes(): Promise<number>;
}

/** Boots the Worker with the pack in `packDirectory` as its only one. */
export async function startService(
  packDirectory: string,
  variables: WorkerVariables,
  report: ProgressReport,
): Promise<Service> {
  return serviceOf(await bootWorker(variables), variables, packDirectory, report);
}

/** Installs the pack in `packDirectory` on a Worker that was booted with `variables`. */
export async function serviceOf(
  worker: BootedWorker,
  variables: WorkerVariables,
  packDirectory: string,
  report: ProgressReport,
): Promise<Service> {
  await install(worker, packDirectory, report);
  let requestCount = 0;
  let digest = "";
  return {
    async run(clip, layer) {
      const query = new URLSearchParams({ format: "npy", layers: String(layer ?? "last") });
      const headers = { "Cache-Control": "no-store" };
      const init = { method: "POST", body: clip.wav, headers };
      const response = await worker.fetch(`/v1/features?${query}`, init);
      const answer = await response.arrayBuffer();
      requestCount++;
      if (!response.ok) {
        throw new Error(
          `a clip of ${clip.seconds} s was answered ${response.status}: ${new TextDecoder().decode(answer)}`,
        );
      }
      digest = createHash("sha256").update(new Uint8Array(answer)).digest("hex");
    },
    digest: () => digest,
    async readWeightBytes() {
      return numberOf(await requestLog(worker, requestCount), "read_weight_bytes");
    },
    memory: async () => memoryOf(await requestLog(worker, requestCount)),
    async restart() {
      await worker.restart(variables);
      requestCount = 0;
    },
    stop: () => worker.stop(),
  };
}

async function install(
  worker: BootedWorker,
  packDirectory: string,
  report: ProgressReport,
): Promise<void> {
  const { manifest, manifestPath, blobs } = await readPackFiles(packDirectory, SILENT);
  report.start(`installing ${manifest.id}`, blobs.length);
  for (const { key, path } of blobs) {
    await worker.bucket.put(key, await readFile(path));
    report.advance();
  }
  await worker.bucket.put(manifestKey(manifest.id), await readFile(manifestPath));
  report.done();
}

/** The log line of the `count`-th request since the start. */
async function requestLog(worker: BootedWorker, count: number): Promise<LogEntry> {
  for (let waitedMs = 0; waitedMs < LOG_PATIENCE_MS; waitedMs += LOG_POLL_MS) {
    const entry = worker.logs().filter(({ event }) => event === "request")[count - 1];
    if (entry !== undefined) return entry;
    await new Promise((resolve) => setTimeout(resolve, LOG_POLL_MS));
  }
  throw new Error(`the Worker logged no line for its request ${count}`);
}

function memoryOf(entry: LogEntry): MemoryUse {
  return {
    wasmHeapBytes: numberOf(entry, "wasm_heap_bytes"),
    heldBufferBytes: numberOf(entry, "held_buffer_bytes"),
  };
}

function numberOf(entry: LogEntry, field: string): number {
  const value = (entry as Readonly<Record<string, unknown>>)[field];
  if (typeof value === "number") return value;
  throw new Error(`the Worker's request log has no ${field}`);
}
