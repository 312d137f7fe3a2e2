/** Provides experiments with models and processes, built and started on first use. */
import { reportProgress } from "../src/cli/output/progress.ts";
import type { SyntheticKind } from "../src/model/checkpoint/synthetic/synthetic.ts";
import type { PackManifest } from "../src/model/pack/manifest.ts";
import type { BaselineQuantization } from "./baseline/baseline.ts";
import { type BuiltPack, baselineOrigin, cachedBaseline, cachedPack } from "./models.ts";
import { installNativeOnnxRuntime } from "./native-onnxruntime.ts";
import type { Rounds } from "./statistics.ts";
import { startBaselineWorker } from "./subjects/baseline-worker.ts";
import { startEdgeService } from "./subjects/edge-service.ts";
import { startNodeProcess } from "./subjects/node-process.ts";
import { type Service, startService, type WorkerVariables } from "./subjects/service.ts";
import type { Subject } from "./subjects/subject.ts";

/** Models and number of runs. */
export interface WorkbenchOptions extends Rounds {
  /** The base model: `synthetic:base-plus`, or a Hugging Face directory. */
  readonly base: string;
  /** The large model. */
  readonly large: string;
  /** Memory that a budget needs beside the weights of two layers, in 10⁶ bytes. */
  readonly workspaceMegabytes: number;
}

/** The interface of the workbench. */
export interface Workbench {
  readonly options: WorkbenchOptions;
  /** The base model's q8 pack. */
  basePack(): Promise<BuiltPack>;
  /** Undertone in workerd with the base model and the Worker's own settings. */
  service(): Promise<Subject>;
  /** The same with a memory budget that holds every layer, or two of them. */
  residentService(): Promise<Subject>;
  twoLayerService(): Promise<Subject>;
  /** Undertone in workerd over a store as at the edge, with the base or large model on so many stages; one Worker alone for 1. */
  edgeService(stages: number, model?: "base" | "large"): Promise<Service>;
  /** Undertone in workerd with the large model. */
  largeService(): Promise<Subject>;
  /** Undertone in workerd with a synthetic model, such as `pruned`. */
  syntheticService(kind: SyntheticKind): Promise<Subject>;
  /** The whole graph of the base model in workerd. */
  baseline(quantization: BaselineQuantization): Promise<Subject>;
  /** Where the graphs of the baseline come from: "transformers' export", or "the bench's graph". */
  baselineOrigin(quantization: BaselineQuantization): string;
  /** Undertone in Node on so many threads; one process for each name. */
  nodeService(threads: number, process?: string): Promise<Subject>;
  /** The same on one thread, as on a processor without AVX-VNNI. */
  nodeServiceWithoutVnni(): Promise<Subject>;
  nodeBaseline(): Promise<Subject>;
  /** Undertone in Node by its native backend, with the base model in q8n, on so many threads. */
  nativeService(threads: number): Promise<Subject>;
  /** The base model's whole graph in onnxruntime-node on so many threads. */
  native(quantization: BaselineQuantization, threads: number): Promise<Subject>;
  stop(): Promise<void>;
}

/** Prepares a workbench; nothing is built or started yet. */
export function createWorkbench(options: WorkbenchOptions): Workbench {
  const report = reportProgress();
  const subjects = new Map<string, Promise<Subject>>();

  const once = <Started extends Subject>(name: string, start: () => Promise<Started>) => {
    const known = (subjects.get(name) as Promise<Started> | undefined) ?? start();
    subjects.set(name, known);
    return known;
  };
  const basePack = () => cachedPack(options.base, "q8", report);
  const service = (name: string, budget: (manifest: PackManifest) => WorkerVariables) =>
    once(name, async () => {
      const { directory, manifest } = await basePack();
      return startService(directory, budget(manifest), report);
    });

  return {
    options,
    basePack,
    service: () => service("service", () => ({})),
    residentService: () => service("resident", (manifest) => budgetOf(manifest, "all", options)),
    twoLayerService: () => service("two layers", (manifest) => budgetOf(manifest, 2, options)),
    edgeService: (stages, model = "base") =>
      once(`edge ${model} ${stages}`, async () => {
        const { directory } = await cachedPack(options[model], "q8", report);
        return startEdgeService(directory, stages, report);
      }),
    largeService: () =>
      once("large", async () => {
        const { directory } = await cachedPack(options.large, "q8", report);
        return startService(directory, {}, report);
      }),
    syntheticService: (kind) =>
      once(`synthetic ${kind}`, async () => {
        const { directory } = await cachedPack(`synthetic:${kind}`, "q8", report);
        return startService(directory, {}, report);
      }),
    baseline: (quantization) =>
      once(`baseline ${quantization}`, async () =>
        startBaselineWorker(await cachedBaseline(options.base, quantization)),
      ),
    baselineOrigin: (quantization) => baselineOrigin(options.base, quantization),
    nodeService: (threads, process = "alone") =>
      once(`node ${threads} ${process}`, async () =>
        startNodeProcess({ kind: "pack", path: (await basePack()).directory, threads }),
      ),
    nodeServiceWithoutVnni: () =>
      once("node without AVX-VNNI", async () =>
        startNodeProcess({ kind: "pack", path: (await basePack()).directory, threads: 1 }, [
          "--no-enable-avx-vnni",
        ]),
      ),
    nodeBaseline: () =>
      once("node baseline", async () =>
        startNodeProcess({ kind: "baseline", path: await cachedBaseline(options.base, "all") }),
      ),
    nativeService: (threads) =>
      once(`native service ${threads}`, async () => {
        await installNativeOnnxRuntime();
        const { directory: path } = await cachedPack(options.base, "q8n", report);
        return startNodeProcess({ kind: "pack", path, threads, backend: "native" });
      }),
    native: (quantization, threads) =>
      once(`native ${quantization} ${threads}`, async () => {
        await installNativeOnnxRuntime();
        const path = await cachedBaseline(options.base, quantization);
        return startNodeProcess({ kind: "native", path, threads });
      }),
    async stop() {
      const started = await Promise.allSettled(subjects.values());
      const running = started.flatMap((result) => ("value" in result ? [result.value] : []));
      await Promise.all(running.map((subject) => subject.stop()));
    },
  };
}

/** The memory budget that holds so many layers' weights and the workspace; `all` holds every segment. */
export function budgetOf(
  manifest: PackManifest,
  layers: number | "all",
  { workspaceMegabytes }: Pick<WorkbenchOptions, "workspaceMegabytes">,
): WorkerVariables {
  const held =
    layers === "all"
      ? manifest.segments
      : manifest.segments.filter(({ name }) => name.startsWith("layer.")).slice(0, layers);
  const bytes = held.reduce((sum, segment) => sum + segment.bytes, 0);
  return { MEMORY_BUDGET_MB: String(workspaceMegabytes + Math.ceil(bytes / 1e6)) };
}
