/** A worker thread of Node that computes clips for node-engines.ts, so that the thread that serves requests never does. */
import { parentPort, workerData } from "node:worker_threads";
import { createNodeBackend } from "../model/backend/node.ts";
import { blobReader } from "../model/blobs.ts";
import { computationQueue } from "../model/computation-queue.ts";
import { createEngine, type Engine, type EngineResult } from "../model/engine.ts";
import type { InstalledPack } from "../model/registry.ts";
import { filesystemStore } from "../store/filesystem.ts";
import {
  type EngineReply,
  type EngineRequest,
  type EngineSetup,
  failureOf,
} from "./engine-messages.ts";

const { packsDirectory, limits, threads } = workerData as EngineSetup;
const readBlob = blobReader(filesystemStore(packsDirectory), (key, reason) =>
  reply({ kind: "damage", key, reason }),
);
const backend = await createNodeBackend({ maxHeapBytes: limits.memoryBudgetBytes, threads });
const queue = computationQueue(limits.maxQueue);
const engines = new Map<string, Engine>();
const running = new Map<number, AbortController>();

parentPort?.on("message", (request: EngineRequest) => {
  if (request.kind === "abort") running.get(request.id)?.abort();
  else void compute(request);
});

async function compute({ id, pack, samples, taps }: EngineRequest & { kind: "run" }) {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const report = (layersDone: number, layersTotal: number) =>
      reply({ kind: "progress", id, layersDone, layersTotal });
    const result = await engineOf(pack).run(samples, taps, { signal: abort.signal, report });
    reply({ kind: "result", id, result }, buffersOf(result));
  } catch (error) {
    reply({ kind: "failure", id, failure: failureOf(error) });
  } finally {
    running.delete(id);
  }
}

function engineOf(pack: InstalledPack): Engine {
  const known = engines.get(pack.packDigest);
  if (known !== undefined) return known;
  const engine = createEngine({ ...pack, backend, readBlob, queue, limits });
  engines.set(pack.packDigest, engine);
  return engine;
}

function reply(message: EngineReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

/** What is moved and not copied; a last hidden state may be the last of the hidden states too. */
function buffersOf({
  hiddenStates,
  lastHiddenState,
  extractFeatures,
  layerSum,
  head,
}: EngineResult) {
  const matrices = [...hiddenStates.values(), lastHiddenState, extractFeatures, layerSum];
  const arrays = [...matrices.map((matrix) => matrix?.data), head?.logits.data, head?.embedding];
  const buffers = arrays.flatMap((array) => (array ? [array.buffer] : []));
  return [...new Set(buffers)] as ArrayBuffer[];
}
