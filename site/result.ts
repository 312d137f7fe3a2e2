/** What was computed of a file, as the page shows it. */
import type { LocalFeatures } from "../src/browser/index.ts";
import { element, setShown } from "./elements.ts";
import { drawMatrix } from "./picture.ts";

/** Features of a file and how they came about. */
export interface ComputedFile {
  readonly file: string;
  readonly features: LocalFeatures;
  readonly decodedBy: "Undertone" | "this browser";
  readonly tookMs: number;
  /** Whether weights were loaded meanwhile. */
  readonly hasLoaded: boolean;
}

/** Shows them, and tells scripts by an event `features`. */
export function showResult({ file, features, decodedBy, tookMs, hasLoaded }: ComputedFile): void {
  const { model, audio, frames, tensors, backend } = features;
  const synthetic =
    model.weights === "synthetic" ? ", whose weights are synthetic: its numbers mean nothing" : "";
  const decoder = decodedBy === "Undertone" ? "" : `, decoded by ${decodedBy}`;
  const loading = hasLoaded ? ", loading included" : "";
  element("name").textContent = file;
  element("clip").textContent = `${audio.seconds.toFixed(2)} s, ${frames} frames${decoder}`;
  element("model").textContent = `${model.id}${synthetic}`;
  element("backend").textContent = placeOf(features);
  element("time").textContent = `${(tookMs / 1000).toFixed(2)} s${loading}`;
  showWarnings(audio.warnings.map(({ detail }) => detail));
  const [tensor] = tensors;
  if (tensor === undefined) throw new Error("nothing was computed");
  const { name, shape, data } = tensor;
  drawMatrix(element("picture") as HTMLCanvasElement, shape, data);
  setShown("result", true);
  document.dispatchEvent(new CustomEvent("features", { detail: { name, shape, data, backend } }));
}

function placeOf({ backend, backendReport }: LocalFeatures): string {
  const { threads, adapter } = backendReport;
  const processor = threads === 1 ? "the processor, 1 thread" : `the processor, ${threads} threads`;
  if (backend === "wasm") return processor;
  const gpu = `the GPU (${adapter?.description ?? "WebGPU"})`;
  return backend === "webgpu" ? gpu : `${gpu} and ${processor}`;
}

function showWarnings(details: readonly string[]): void {
  const items = details.map((detail) =>
    Object.assign(document.createElement("li"), { textContent: detail }),
  );
  element("warnings").replaceChildren(...items);
  setShown("warnings", details.length > 0);
}
