/** The worker that computes for a page; index.ts starts it. */
import { browserCodecs } from "../audio/codecs/wasm/browser.ts";
import { prepareClip } from "../audio/prepare.ts";
import { failureOf } from "../failure.ts";
import { createBrowserBackend, findBrowserWebgpu } from "../model/backend/browser/backend.ts";
import { type Choice, webgpuCandidate } from "../model/backend/choice.ts";
import type { Engine } from "../model/engine/engine.ts";
import type { Taps } from "../model/engine/taps/taps.ts";
import type { LayerReport } from "../model/engine/windows/compute.ts";
import { DEFAULT_WINDOW_SECONDS } from "../model/engine/windows/plan.ts";
import { neededBlobs } from "../model/pack/needed-blobs.ts";
import { preferredPrecisions } from "../model/pack/preferred-precisions.ts";
import { createModelRegistry, type ModelRegistry } from "../model/pack/registry.ts";
import { chooseTrustedBackend } from "../model/probe/trusted-backend.ts";
import { PACK_BLOBS, withEdgeCache } from "../store/edge-cache.ts";
import { httpStore } from "../store/http.ts";
import type { Store } from "../store/store.ts";
import { type ClipReading, featurize } from "../tasks/features/compute.ts";
import { planFeatures } from "../tasks/features/plan.ts";
import { piecesOf } from "./clip-input.ts";
import { engineMissing } from "./engine-missing.ts";
import { type LoadingWatch, watchLoading } from "./loading.ts";
import type { EngineOptions, FromWorker, LocalFeatures, ToWorker } from "./messages.ts";
import type { Progress } from "./request.ts";
import { answerTask, type TaskMeans } from "./task.ts";

const CACHE_NAME = "undertone-packs";

/** A page's memory is its own: what a desktop browser gives one tab, and clips as long as that allows. */
const LIMITS = {
  memoryBudgetBytes: 1.5e9,
  maxQueue: 16,
  windowSeconds: DEFAULT_WINDOW_SECONDS,
};
const CLIP_LIMITS = { maxClipSeconds: 3_600, maxDecodedSeconds: 4 * 3_600 };

/** The parts of an opened engine. */
interface Opened {
  readonly choice: Choice;
  readonly models: ModelRegistry;
  readonly reading: ClipReading;
  readonly model: string | undefined;
  readonly loading: LoadingWatch;
}

type ComputeMessage = ToWorker & { readonly kind: "compute" };
type TaskMessage = ToWorker & { readonly kind: "task" };

let opened: Promise<Opened> | undefined;

globalThis.addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "open") {
    opened = open(data.options);
    // The clip that waits for it is told.
    opened.catch(() => {});
    return;
  }
  const work = data.kind === "task" ? answerAsked(data) : compute(data).then(featuresOf(data.id));
  answer(await work.catch(failedWith(data.id)));
});

async function open({ service, assets, model, backend, key }: EngineOptions): Promise<Opened> {
  const folder = new URL(assets);
  const choice = await chooseTrustedBackend({
    host: await createBrowserBackend(folder).catch((cause) => {
      throw engineMissing(assets, cause);
    }),
    candidates: [webgpuCandidate((host) => findBrowserWebgpu(folder, host))],
    ...(backend !== undefined && { forced: backend }),
    report: (event) => console.info(JSON.stringify(event)),
  });
  const loading = watchLoading();
  const models = createModelRegistry({
    storage: loading.watched(await keptPacks(service, key, loading)),
    backend: async () => choice.backend,
    preferredPrecisions: async () => preferredPrecisions(choice.report()),
    adaptsDefault: true,
    defaultModel: "",
    reportDamage: (key, reason) => console.warn(`${key} ${reason}`),
    limits: LIMITS,
  });
  const reading = { limits: CLIP_LIMITS, codecs: browserCodecs(folder) };
  return { choice, models, model, reading, loading };
}

/** Blobs stay in Cache Storage, which pages have over HTTPS and on localhost only. */
async function keptPacks(
  service: string,
  key: string | undefined,
  loading: LoadingWatch,
): Promise<Store> {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  const packs = httpStore(service, (url) => loading.fetch(url, { headers }));
  return globalThis.caches === undefined
    ? packs
    : withEdgeCache(packs, await caches.open(CACHE_NAME), PACK_BLOBS);
}

async function compute({ id, clip, options }: ComputeMessage): Promise<LocalFeatures> {
  const { choice, models, model, reading, loading } = await openedEngine();
  const engine = await models.open(options.model ?? model);
  const plan = planFeatures(engine, options);
  const features = await reporting(id, loading, engine, plan.taps, (report) =>
    featurize(piecesOf(clip.stream()), engine, plan, reading, { report }),
  );
  return { ...features, backendReport: choice.report() };
}

async function answerAsked({ id, model: asked, ...task }: TaskMessage): Promise<FromWorker> {
  const { models, model, reading, loading } = await openedEngine();
  const engine = await models.open(asked ?? model);
  const means: TaskMeans = {
    models,
    engine,
    prepare: (clip, selection) => prepareClip(piecesOf(clip.stream()), { ...reading, selection }),
    reporting: (taps, work) => reporting(id, loading, engine, taps, work),
  };
  return { kind: "answer", id, answer: await answerTask(means, task) };
}

function openedEngine(): Promise<Opened> {
  if (opened === undefined) throw new Error("the engine was not opened");
  return opened;
}

/** Tells the page of `work`: of the weights that `taps` need while they arrive, and of layers. */
async function reporting<Result>(
  id: number,
  loading: LoadingWatch,
  { manifest }: Engine,
  taps: Taps,
  work: (report: LayerReport) => Promise<Result>,
): Promise<Result> {
  const tell = (progress: Progress) => answer({ kind: "progress", id, progress });
  const stopReporting = loading.report(neededBlobs(manifest, taps), (loadedBytes, totalBytes) =>
    tell({ stage: "loading", loadedBytes, totalBytes }),
  );
  try {
    return await work((layersDone, layersTotal) =>
      tell({ stage: "computing", layersDone, layersTotal }),
    );
  } finally {
    stopReporting();
  }
}

function featuresOf(id: number): (features: LocalFeatures) => FromWorker {
  return (features) => ({ kind: "features", id, features });
}

function failedWith(id: number): (error: unknown) => FromWorker {
  return (error) => ({ kind: "failed", id, failure: failureOf(error) });
}

function answer(message: FromWorker): void {
  postMessage(message);
}
