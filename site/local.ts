/** Computes in this browser. */
import {
  type LocalEngine,
  type LocalFeatures,
  openEngine,
  type Progress,
} from "../src/browser/index.ts";
import { clipMetadata } from "../src/formats/metadata.ts";
import type { Choice } from "./choices.ts";
import type { Clip } from "./clips.ts";
import { layersFor } from "./layers.ts";
import type { Computed } from "./outcome.ts";
import { SERVICE } from "./service.ts";

let opened: LocalEngine | undefined;

function engine(key: string, backend: string | null): LocalEngine {
  opened ??= openEngine({
    service: SERVICE,
    assets: new URL("engine/", SERVICE).href,
    ...(key !== "" && { key }),
    ...(backend !== null && { backend: backend as "wasm" | "webgpu" }),
  });
  return opened;
}

/** The engine fetches packs with the key that it was opened with, and one that could not be loaded stays so. */
export function closeEngine(): void {
  opened?.close();
  opened = undefined;
}

/** How the engine is opened. */
export interface LocalMeans {
  readonly key: string;
  /** Forces one. */
  readonly backend: string | null;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * The answer of the chosen task, by the engine of this page.
 * @throws UndertoneError what the engine throws.
 */
export async function computeHere(
  { task: { name }, model }: Choice,
  clips: readonly Clip[],
  { key, backend: forced, onProgress }: LocalMeans,
): Promise<Computed> {
  const common = { onProgress, ...(model !== "" && { model }) };
  const [a, b] = clips.map(({ blob }) => blob) as [Blob, Blob];
  if (name === "features") {
    const layers = await layersFor(clips[0]);
    const features = await engine(key, forced).compute({ ...common, clip: a, layers });
    const { tensors, backend, backendReport } = features;
    const answered = { task: name, answer: clipMetadata(features), tensors };
    return { answered, backend, place: placeOf(backend, backendReport) };
  }
  if (name === "comparison") {
    const answer = await engine(key, forced).answer({ ...common, task: name, a, b });
    return { answered: { task: name, answer }, backend: "", place: "this machine" };
  }
  const answer = await engine(key, forced).answer({ ...common, task: name, clip: a });
  // The engine answers the task that it was asked for.
  const answered = { task: name, answer } as Computed["answered"];
  return { answered, backend: answer.backend, place: placeOf(answer.backend) };
}

function placeOf(backend: string, report?: LocalFeatures["backendReport"]): string {
  const threads = report === undefined ? "" : `, ${countOf(report.threads)}`;
  const processor = `the processor${threads}`;
  if (backend === "wasm") return processor;
  const gpu = `the GPU (${report?.adapter?.description ?? "WebGPU"})`;
  return backend === "webgpu" ? gpu : `${gpu} and ${processor}`;
}

function countOf(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}
