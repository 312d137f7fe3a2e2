/** The page: a file is dropped, and its features are computed in this browser. */
import {
  type LocalEngine,
  type LocalFeatures,
  openEngine,
  UndertoneError,
} from "../src/browser/index.ts";
import { decodedByBrowser } from "./browser-decoder.ts";
import { drawMatrix } from "./picture.ts";

const parameters = new URLSearchParams(location.search);
const keyInput = element("key") as HTMLInputElement;
let opened: LocalEngine | undefined;

// The engine fetches packs with the key that it was opened with.
keyInput.addEventListener("change", () => {
  opened?.close();
  opened = undefined;
});

function engine(): LocalEngine {
  opened ??= openEngine({
    service: new URL("./", location.href).href,
    assets: new URL("engine/", location.href).href,
    ...(keyInput.value !== "" && { key: keyInput.value }),
    ...(parameters.has("model") && { model: parameters.get("model") as string }),
    ...(parameters.has("backend") && { backend: parameters.get("backend") as "wasm" | "webgpu" }),
  });
  return opened;
}

/** Refusals after which the browser's own decoder is worth a try. */
const NOT_DECODED = new Set(["not-audio", "unsupported-codec"]);

const drop = element("drop");
const input = element("file") as HTMLInputElement;

input.addEventListener("change", () => show(input.files?.[0]));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  show(event.dataTransfer?.files[0]);
});
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));

async function show(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  element("result").hidden = true;
  say(`Computing ${file.name} …`);
  try {
    const startMs = performance.now();
    const { features, decodedBy } = await compute(new Uint8Array(await file.arrayBuffer()));
    showFeatures(features, performance.now() - startMs, decodedBy);
    say("");
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

/** Undertone's own decoders first, which give the server's very samples; what they do not know, the browser's. */
async function compute(clip: Uint8Array<ArrayBuffer>) {
  const request = { layers: "last", pool: "none" } as const;
  try {
    return { features: await engine().compute({ clip, ...request }), decodedBy: "Undertone" };
  } catch (error) {
    if (!(error instanceof UndertoneError && NOT_DECODED.has(error.slug))) throw error;
    const wav = await decodedByBrowser(clip);
    if (wav === null) throw error;
    return {
      features: await engine().compute({ clip: wav, ...request }),
      decodedBy: "the browser",
    };
  }
}

function showFeatures(features: LocalFeatures, tookMs: number, decodedBy: string): void {
  const { model, audio, frames, tensors, backend, backendReport } = features;
  const { threads, adapter, setAside } = backendReport;
  const place = adapter?.description ?? (threads === 1 ? "1 thread" : `${threads} threads`);
  const reasons = setAside.map((aside) => `not ${aside.backend}: ${aside.reason}`);
  element("backend").textContent = [`${backend} (${place})`, ...reasons].join("; ");
  element("time").textContent = `${(tookMs / 1000).toFixed(2)} s, loading included`;
  element("model").textContent = `${model.id} (${model.weights} weights)`;
  element("clip").textContent =
    `${audio.seconds.toFixed(2)} s, ${frames} frames, decoded by ${decodedBy}`;
  const [{ name, shape, data }] = tensors;
  drawMatrix(element("picture") as HTMLCanvasElement, shape, data);
  element("result").hidden = false;
  document.dispatchEvent(new CustomEvent("features", { detail: { name, shape, data, backend } }));
}

function say(text: string): void {
  element("status").textContent = text;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}
