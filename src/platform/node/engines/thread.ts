/** A worker thread of Node that computes clips for engines/engines.ts, so that the thread that serves requests never does. */
import { parentPort, workerData } from "node:worker_threads";
import { failureOf } from "../../../failure.ts";
import type { LogEntry } from "../../../log.ts";
import {
  type Choice,
  type ChoiceEvent,
  type KnownChoice,
  webgpuCandidate,
} from "../../../model/backend/choice.ts";
import { createNodeBackend } from "../../../model/backend/node/backend.ts";
import { nativeCandidates } from "../../../model/backend/node/native-candidates.ts";
import { findNodeWebgpu } from "../../../model/backend/node/webgpu.ts";
import { createEngine } from "../../../model/engine/create.ts";
import type { Engine, EngineResult, WindowResult } from "../../../model/engine/engine.ts";
import { computationQueue } from "../../../model/engine/queue.ts";
import { blobReader } from "../../../model/pack/blobs.ts";
import type { InstalledPack } from "../../../model/pack/registry.ts";
import { engineProbe } from "../../../model/probe/engine-probe.ts";
import { chooseTrustedBackend } from "../../../model/probe/trusted-backend.ts";
import { filesystemStore } from "../../../store/filesystem.ts";
import { tellPackOutages } from "../../outages.ts";
import type { EngineReply, EngineRequest, EngineSetup } from "./messages.ts";

const { packsDirectory, limits, threads, backend, isFollower } = workerData as EngineSetup;
const packs = tellPackOutages(filesystemStore(packsDirectory), log);
const readBlob = blobReader(packs, (key, message) =>
  log({ level: "error", event: "blob-damaged", key, message }),
);
const queue = computationQueue(limits.maxQueue);
const engines = new Map<string, Engine>();
const running = new Map<number, AbortController>();
const computations = new Set<Promise<void>>();
const ending = new AbortController();
const told = Promise.withResolvers<KnownChoice | null>();

const probe = engineProbe(async () => (await choice).backend, queue);

const choice = choose();
choice.catch((error) => reply({ kind: "unusable", failure: failureOf(error) }));

parentPort?.on("message", (request: EngineRequest) => {
  if (request.kind === "abort") running.get(request.id)?.abort();
  else if (request.kind === "follow") told.resolve(request.known);
  else if (request.kind === "close") void close();
  else {
    const computation = answer(request).finally(() => computations.delete(computation));
    computations.add(computation);
  }
});

/** Events that happen while the choice is made are sent once it is, with what came of it. */
async function choose(): Promise<Choice> {
  const early: ChoiceEvent[] = [];
  let made: Choice | undefined;
  const tell = (event: ChoiceEvent) => {
    if (made === undefined) early.push(event);
    else reply({ kind: "backend", event, report: made.report() });
  };
  const known = isFollower ? await told.promise : null;
  made = await chooseTrustedBackend({
    host: await createNodeBackend({ maxHeapBytes: limits.memoryBudgetBytes, threads }),
    candidates: [
      ...nativeCandidates({ signal: ending.signal }),
      webgpuCandidate((host) => findNodeWebgpu(host, { isForced: backend === "webgpu" })),
    ],
    ...(backend !== null && { forced: backend }),
    ...(known !== null && { known }),
    signal: ending.signal,
    report: (event) => tell(event),
  });
  for (const event of early) tell(event);
  return made;
}

/** Does what is asked, until its end is asked for. */
async function answer(request: EngineRequest & { readonly id: number }): Promise<void> {
  const { id } = request;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    if (request.kind === "probe") {
      reply({ kind: "probed", id, probe: await probe(abort.signal) });
    } else if (request.kind === "run") {
      await compute(request, abort.signal);
    }
  } catch (error) {
    reply({ kind: "failure", id, failure: failureOf(error) });
  } finally {
    running.delete(id);
  }
}

async function compute(
  { id, pack, work, taps }: EngineRequest & { readonly kind: "run" },
  signal: AbortSignal,
): Promise<void> {
  const engine = await engineOf(pack);
  const report = (layersDone: number, layersTotal: number) =>
    reply({ kind: "progress", id, layersDone, layersTotal });
  const options = { signal, report };
  if (work.kind === "heads") {
    return reply({ kind: "result", id, result: await engine.joinHeads(work.parts, taps, options) });
  }
  const result = await (work.kind === "clip"
    ? engine.run(work.samples, taps, { ...options, quiet: work.quiet })
    : engine.runWindow(work.input, taps, options));
  reply({ kind: "result", id, result }, buffersOf(result));
}

async function engineOf(pack: InstalledPack): Promise<Engine> {
  const chosen = await choice;
  const known = engines.get(pack.packDigest);
  if (known !== undefined) return known;
  const engine = createEngine({ ...pack, backend: chosen.backend, readBlob, queue, limits });
  engines.set(pack.packDigest, engine);
  return engine;
}

/**
 * A thread that is ended in the middle of a GPU's work, or of onnxruntime-node's, takes the process with it, so the GPU is given
 * back first and the choice of a backend is not gone on with.
 */
async function close(): Promise<void> {
  ending.abort();
  told.resolve(null);
  for (const abort of running.values()) abort.abort();
  await Promise.all(computations);
  await choice.then(({ backend: chosen }) => chosen.close()).catch(() => {});
  parentPort?.close();
}

function log(entry: LogEntry): void {
  reply({ kind: "log", entry });
}

function reply(message: EngineReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

/** The buffers that are moved and not copied; a last hidden state may be the last of the hidden states too. */
function buffersOf({
  hiddenStates,
  lastHiddenState,
  extractFeatures,
  layerSum,
  head,
}: EngineResult | WindowResult) {
  const logits = head !== null && "logits" in head ? head.logits : null;
  const matrices = [...hiddenStates.values(), lastHiddenState, extractFeatures, layerSum, logits];
  const embedding = head !== null && "embedding" in head ? head.embedding : null;
  const arrays = [...matrices.map((matrix) => matrix?.data), embedding];
  const buffers = arrays.flatMap((array) => (array ? [array.buffer] : []));
  return [...new Set(buffers)] as ArrayBuffer[];
}
