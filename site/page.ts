/** The page: clips are chosen, and a task about them is computed in this browser or on the service. */
import { UndertoneError } from "../src/browser/index.ts";
import { decodedByBrowser } from "./browser-decoder.ts";
import { type Choice, currentChoice, showModels, startChoices } from "./choices.ts";
import { type Clip, keepClip, lastClips, namesOf, startFiles } from "./clips.ts";
import { element, setShown } from "./elements.ts";
import { closeEngine, computeHere } from "./local.ts";
import { listModels } from "./models.ts";
import type { Outcome } from "./outcome.ts";
import { announce, progressOf, showSent, showStart } from "./progress.ts";
import { computeOnService } from "./remote.ts";
import { showResult } from "./result.ts";
import { startSamples } from "./samples.ts";
import { isKeyProblem, sentenceOf } from "./sentences.ts";

/** Refusals after which the browser's own decoder is worth a try. */
const NOT_DECODED = new Set(["not-audio", "unsupported-codec"]);

/** Failures after which the next clip needs an engine of its own. */
const ENDING = new Set(["storage-unavailable", "internal"]);

const parameters = new URLSearchParams(location.search);
const keyInput = element("key") as HTMLInputElement;
/** Ends when something else is computed; what comes of it is not shown any more then. */
let current = new AbortController();

/** Computes the task that is chosen, once there are clips enough. */
async function compute(): Promise<void> {
  const choice = currentChoice();
  const clips = lastClips(choice.task.clips);
  showChosen();
  if (clips.length < choice.task.clips) return;
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const names = namesOf(clips);
  for (const id of ["result", "error", "key-form"]) setShown(id, false);
  showStart(names);
  announce(`Computing ${names}.`);
  const startMs = performance.now();
  try {
    const outcome = await computed(choice, clips, signal);
    if (!signal.aborted) showResult({ ...outcome, tookMs: performance.now() - startMs });
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof UndertoneError && ENDING.has(error.slug)) closeEngine();
    showError(error, names);
  }
  if (!signal.aborted) setShown("working", false);
}

/** Undertone's own decoders first, which give the server's very samples; what they do not know, the browser's. */
async function computed(
  choice: Choice,
  clips: readonly Clip[],
  signal: AbortSignal,
): Promise<Omit<Outcome, "tookMs">> {
  const key = keyInput.value;
  const names = namesOf(clips);
  let hasLoaded = false;
  if (choice.place === "service") {
    showSent(names);
    const answer = await computeOnService(choice, clips, { key, signal });
    return { ...answer, clips, decodedBy: "Undertone", hasLoaded };
  }
  const tell = progressOf(names);
  const means = {
    key,
    backend: parameters.get("backend"),
    onProgress(progress: Parameters<typeof tell>[0]) {
      hasLoaded ||= progress.stage === "loading";
      if (!signal.aborted) tell(progress);
    },
  };
  try {
    const answer = await computeHere(choice, clips, means);
    return { ...answer, clips, decodedBy: "Undertone", hasLoaded };
  } catch (error) {
    if (!(error instanceof UndertoneError && NOT_DECODED.has(error.slug))) throw error;
    const decoded = await Promise.all(clips.map(asWav));
    if (decoded.includes(null)) throw error;
    const answer = await computeHere(choice, decoded as readonly Clip[], means);
    return { ...answer, clips, decodedBy: "this browser", hasLoaded };
  }
}

async function asWav(clip: Clip): Promise<Clip | null> {
  const wav = await decodedByBrowser(await clip.blob.arrayBuffer());
  return wav && { ...clip, blob: new Blob([wav]) };
}

function showError(error: unknown, names: string): void {
  element("error").textContent = sentenceOf(error, names);
  setShown("error", true);
  setShown("working", false);
  if (!isKeyProblem(error)) return;
  setShown("key-form", true);
  keyInput.select();
}

/** Which clips the chosen task would be computed of. */
function showChosen(): void {
  const { task } = currentChoice();
  const clips = lastClips(task.clips);
  const isEnough = clips.length === task.clips;
  const names = namesOf(clips);
  (element("run") as HTMLButtonElement).disabled = !isEnough;
  element("chosen").textContent =
    names === ""
      ? "No clip is chosen yet."
      : `Chosen: ${names}${isEnough ? "" : ". Choose a second clip to compare it with."}`;
}

function take(...clips: readonly Clip[]): void {
  for (const clip of clips) keepClip(clip);
  void compute();
}

/** Offers the models of the service. False if it wants another key, which is asked for. */
async function loadModels(): Promise<boolean> {
  try {
    showModels(await listModels(keyInput.value));
  } catch (error) {
    // Other failures keep everything from being computed, and are told then.
    if (!isKeyProblem(error)) return true;
    showError(error, "");
    return false;
  }
  return true;
}

startChoices(parameters, showChosen);
startFiles((clips) => take(...clips));
startSamples(take, (error) => showError(error, "The sample"));
element("run").addEventListener("click", () => void compute());
element("key-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  closeEngine();
  setShown("error", false);
  setShown("key-form", false);
  if (await loadModels()) void compute();
});
void loadModels();
