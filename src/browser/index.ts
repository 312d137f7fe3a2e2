/** `undertone/browser`: features and tasks computed on the user's own machine, in a worker. */
import { UndertoneError } from "../errors.ts";
import { errorOf, type Failure } from "../failure.ts";
import { toBlob } from "./clip-input.ts";
import { engineMissing } from "./engine-missing.ts";
import type { EngineOptions, FromWorker, LocalFeatures, ToWorker } from "./messages.ts";
import { type ClipRequest, optionsOf, type Progress } from "./request.ts";
import {
  type ClipMembers,
  optionTexts,
  type PairAnswer,
  type PairRequest,
  type TaskAnswers,
  type TaskRequest,
} from "./task-request.ts";

export type { BackendReport } from "../model/backend/report.ts";
export type { FeatureTensor } from "../results/computed.ts";
export type { ClipInput } from "./clip-input.ts";
export type {
  ClipMembers,
  ClipRequest,
  EngineOptions,
  LocalFeatures,
  PairAnswer,
  PairRequest,
  Progress,
  TaskAnswers,
  TaskRequest,
};
export { UndertoneError };

/** An engine in a worker of its own. */
export interface LocalEngine {
  /**
   * Computes features of a clip.
   * @throws UndertoneError for every fault of the clip, the options and the packs; `storage-unavailable` if the service or the
   *   engine's own files cannot be reached, after which another engine has to be opened; `request-aborted` once it is closed.
   */
  compute(request: ClipRequest): Promise<LocalFeatures>;
  /**
   * Answers a task about a clip, or about two, as its endpoint does, without the id of a request.
   * @throws UndertoneError as `compute` does; `model-without-head` if the pack cannot do it.
   */
  answer<Name extends keyof TaskAnswers>(
    request: TaskRequest<Name>,
  ): Promise<ClipMembers & TaskAnswers[Name]>;
  answer(request: PairRequest): Promise<PairAnswer>;
  /** Ends the worker, and what is under way with `request-aborted`. */
  close(): void;
}

/** A request that has not been answered. */
interface Waiting {
  readonly answered: PromiseWithResolvers<object>;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/**
 * Starts an engine; packs are fetched when they are first needed.
 *
 * @param options `assets` is where the folder build/browser/ is served; by default the folder of this module
 * @example
 * const engine = openEngine({ service: "https://undertone.example/" });
 * const { tensors, backend } = await engine.compute({ clip: file, pool: "mean" });
 * const { text } = await engine.answer({ task: "transcription", clip: file, model: "spoken-words-q8" });
 */
export function openEngine(
  options: Omit<EngineOptions, "assets"> & { readonly assets?: string },
): LocalEngine {
  const assets = options.assets ?? new URL("./", import.meta.url).href;
  const worker = new Worker(new URL("worker.js", assets), { type: "module" });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let ended: UndertoneError | null = null;

  const end = (error: UndertoneError) => {
    ended ??= error;
    worker.terminate();
    for (const { answered } of waiting.values()) answered.reject(ended);
    waiting.clear();
  };

  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    const request = waiting.get(data.id);
    if (data.kind === "progress") return request?.onProgress?.(data.progress);
    waiting.delete(data.id);
    if (data.kind === "features") request?.answered.resolve(data.features);
    else if (data.kind === "answer") request?.answered.resolve(data.answer);
    else request?.answered.reject(thrownBy(data.failure));
  });
  worker.addEventListener("error", ({ message }) => {
    // A script that cannot be loaded has no message.
    end(
      message
        ? new UndertoneError("internal", `The engine's worker has ended: ${message}.`)
        : engineMissing(assets),
    );
  });

  const send = (message: ToWorker) => worker.postMessage(message);
  send({ kind: "open", options: { ...options, assets } });

  /** Sends what `ask` makes of a new id, and gives what is answered. */
  const begin = <Result extends object>(
    onProgress: Waiting["onProgress"],
    ask: (id: number) => ToWorker,
  ): Promise<Result> => {
    if (ended !== null) throw ended;
    const answered = Promise.withResolvers<object>();
    lastId += 1;
    waiting.set(lastId, { answered, onProgress });
    send(ask(lastId));
    return answered.promise as Promise<Result>;
  };

  return {
    async compute(request) {
      const options = optionsOf(request);
      const clip = await toBlob(request.clip);
      return begin(request.onProgress, (id) => ({ kind: "compute", id, clip, options }));
    },
    async answer<Result extends object>(request: TaskRequest | PairRequest): Promise<Result> {
      const { task, model, onProgress } = request;
      const options = optionTexts(request.options);
      const inputs = "a" in request ? [request.a, request.b] : [request.clip];
      const clips = await Promise.all(inputs.map(toBlob));
      return begin(onProgress, (id) => ({ kind: "task", id, task, clips, options, model }));
    },
    close: () => end(new UndertoneError("request-aborted", "The engine was closed.")),
  };
}

/** As the worker threw it; what is no UndertoneError there is `internal` here. */
function thrownBy(failure: Failure): UndertoneError {
  const error = errorOf(failure);
  return error instanceof UndertoneError ? error : new UndertoneError("internal", error.message);
}
