/** The worker that computes for a page; index.ts starts it. */
import { UndertoneError } from "../errors.ts";
import { featurize } from "../featurize.ts";
import { createBrowserBackend, findBrowserWebgpu } from "../model/backend/browser.ts";
import type { Choice } from "../model/backend/choose.ts";
import { preferredPrecisions } from "../model/preferred-precisions.ts";
import { chooseTrustedBackend } from "../model/probe/trusted-backend.ts";
import { createModelRegistry, type ModelRegistry } from "../model/registry.ts";
import { withEdgeCache } from "../store/edge-cache.ts";
import { httpStore } from "../store/http.ts";
import type { Store } from "../store/store.ts";
import type {
  ClipRequest,
  EngineOptions,
  FromWorker,
  LocalFeatures,
  ToWorker,
} from "./messages.ts";

const CACHE_NAME = "undertone-packs";

/** A page's memory is its own: what a desktop browser gives one tab, and clips as long as that allows. */
const LIMITS = { memoryBudgetBytes: 1.5e9, maxQueue: 16, windowSeconds: 30 };
const CLIP_LIMITS = { maxClipSeconds: 3_600 };

/** What is ready once a page's options are known. */
interface Opened {
  readonly choice: Choice;
  readonly models: ModelRegistry;
  readonly model: string | undefined;
}

let opened: Promise<Opened> | undefined;

globalThis.addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "open") {
    opened = open(data.options);
    // The clip that waits for it is told.
    opened.catch(() => {});
    return;
  }
  answer(await compute(data.request).then(featuresOf(data.id), failureOf(data.id)));
});

async function open({ service, assets, model, backend }: EngineOptions): Promise<Opened> {
  const folder = new URL(assets);
  const choice = await chooseTrustedBackend({
    host: await createBrowserBackend(folder),
    findDevice: (host) => findBrowserWebgpu(folder, host),
    ...(backend !== undefined && { forced: backend }),
    report: (event) => console.info(JSON.stringify(event)),
  });
  const models = createModelRegistry({
    storage: await keptPacks(service),
    backend: async () => choice.backend,
    preferredPrecisions: () => preferredPrecisions(choice.report()),
    defaultModel: "",
    reportDamage: (key, reason) => console.warn(`${key} ${reason}`),
    limits: LIMITS,
  });
  return { choice, models, model };
}

/** Blobs stay in Cache Storage, which pages have over HTTPS and on localhost only. */
async function keptPacks(service: string): Promise<Store> {
  const packs = httpStore(service);
  return globalThis.caches === undefined
    ? packs
    : withEdgeCache(packs, await caches.open(CACHE_NAME));
}

async function compute({ clip, layers, pool }: ClipRequest): Promise<LocalFeatures> {
  if (opened === undefined) throw new Error("the engine was not opened");
  const { choice, models, model } = await opened;
  const features = await featurize(clip, await models.open(model), { layers, pool }, CLIP_LIMITS);
  return { ...features, backendReport: choice.report() };
}

function featuresOf(id: number): (features: LocalFeatures) => FromWorker {
  return (features) => ({ kind: "features", id, features });
}

function failureOf(id: number): (error: unknown) => FromWorker {
  return (error) => ({
    kind: "failed",
    id,
    slug: error instanceof UndertoneError ? error.slug : null,
    message: error instanceof Error ? error.message : String(error),
  });
}

function answer(message: FromWorker): void {
  postMessage(message);
}
