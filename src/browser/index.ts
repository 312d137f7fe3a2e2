/** `undertone/browser`: features computed on the user's own machine, in a worker. */
import { type ErrorSlug, UndertoneError } from "../errors.ts";
import type {
  ClipRequest,
  EngineOptions,
  FromWorker,
  LocalFeatures,
  ToWorker,
} from "./messages.ts";

export type { FeatureTensor } from "../features.ts";
export type { BackendReport } from "../model/backend/backend-report.ts";
export type { ClipRequest, EngineOptions, LocalFeatures };
export { UndertoneError };

/** An engine in a worker of its own. */
export interface LocalEngine {
  /**
   * Computes features of a clip's bytes.
   * @throws UndertoneError for every fault of the clip, the options and the packs.
   */
  compute(request: ClipRequest): Promise<LocalFeatures>;
  /** Ends the worker; what is under way is never answered. */
  close(): void;
}

/**
 * Starts an engine; packs are fetched when they are first needed.
 *
 * @param options `assets` is where the folder build/browser/ is served; by default the folder of this module
 * @example
 * const engine = openEngine({ service: "https://undertone.example/" });
 * const { tensors, backend } = await engine.compute({ clip, layers: "last", pool: "mean" });
 */
export function openEngine(
  options: Omit<EngineOptions, "assets"> & { readonly assets?: string },
): LocalEngine {
  const assets = options.assets ?? new URL("./", import.meta.url).href;
  const worker = new Worker(new URL("worker.js", assets), { type: "module" });
  const waiting = new Map<number, PromiseWithResolvers<LocalFeatures>>();
  let lastId = 0;

  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    const promise = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === "features") promise?.resolve(data.features);
    else promise?.reject(new UndertoneError((data.slug as ErrorSlug) ?? "internal", data.message));
  });
  worker.addEventListener("error", ({ message }) => {
    const error = new UndertoneError("internal", `The worker cannot compute: ${message}`);
    for (const promise of waiting.values()) promise.reject(error);
    waiting.clear();
  });

  const send = (message: ToWorker) => worker.postMessage(message);
  send({ kind: "open", options: { ...options, assets } });
  return {
    compute(request) {
      const promise = Promise.withResolvers<LocalFeatures>();
      lastId += 1;
      waiting.set(lastId, promise);
      send({ kind: "compute", id: lastId, request });
      return promise.promise;
    },
    close: () => worker.terminate(),
  };
}
