/** The page: a file is dropped, and its features are computed in this browser. */
import { type LocalEngine, openEngine, UndertoneError } from "../src/browser/index.ts";
import { decodedByBrowser } from "./browser-decoder.ts";
import { element, setShown } from "./elements.ts";
import { progressOf, showStart } from "./progress.ts";
import { type ComputedFile, showResult } from "./result.ts";
import { isKeyProblem, sentenceOf } from "./sentences.ts";

/** Refusals after which the browser's own decoder is worth a try. */
const NOT_DECODED = new Set(["not-audio", "unsupported-codec"]);

/** Failures after which the next file needs an engine of its own. */
const ENDING = new Set(["storage-unavailable", "internal"]);

const parameters = new URLSearchParams(location.search);
const keyInput = element("key") as HTMLInputElement;
let opened: LocalEngine | undefined;
/** The file that was chosen last; what comes of others is not shown any more. */
let chosen: File | undefined;

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

/** The engine fetches packs with the key that it was opened with, and one that could not be loaded stays so. */
function closeEngine(): void {
  opened?.close();
  opened = undefined;
}

async function compute(file: File): Promise<void> {
  chosen = file;
  setShown("result", false);
  setShown("error", false);
  setShown("key-form", false);
  showStart(file.name);
  const startMs = performance.now();
  try {
    const computed = await computeFile(file);
    if (chosen === file) showResult({ ...computed, tookMs: performance.now() - startMs });
  } catch (error) {
    if (chosen === file) {
      if (error instanceof UndertoneError && ENDING.has(error.slug)) closeEngine();
      showError(error, file.name);
    }
  }
  if (chosen === file) setShown("working", false);
}

/** Undertone's own decoders first, which give the server's very samples; what they do not know, the browser's. */
async function computeFile(file: File): Promise<Omit<ComputedFile, "tookMs">> {
  let hasLoaded = false;
  const tell = progressOf(file.name);
  const run = (clip: Blob) =>
    engine().compute({
      clip,
      onProgress(progress) {
        hasLoaded ||= progress.stage === "loading";
        if (chosen === file) tell(progress);
      },
    });
  try {
    const features = await run(file);
    return { file: file.name, features, decodedBy: "Undertone", hasLoaded };
  } catch (error) {
    if (!(error instanceof UndertoneError && NOT_DECODED.has(error.slug))) throw error;
    const wav = await decodedByBrowser(await file.arrayBuffer());
    if (wav === null) throw error;
    const features = await run(new Blob([wav]));
    return { file: file.name, features, decodedBy: "this browser", hasLoaded };
  }
}

function showError(error: unknown, file: string): void {
  element("error").textContent = sentenceOf(error, file);
  setShown("error", true);
  if (!isKeyProblem(error)) return;
  setShown("key-form", true);
  keyInput.select();
}

const input = element("file") as HTMLInputElement;
input.addEventListener("change", () => {
  const [file] = input.files ?? [];
  // Choosing the same file once more is a change too.
  input.value = "";
  if (file !== undefined) void compute(file);
});

element("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  closeEngine();
  if (chosen !== undefined) void compute(chosen);
});

const drop = element("drop");
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void compute(file);
});
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
