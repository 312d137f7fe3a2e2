/** The page: clips are chosen, and a task about them is computed in this browser or on the service. */
import { UndertoneError } from "../src/browser/index.ts";
import { currentChoice, showModels, startChoices } from "./choices.ts";
import { type Clip, keepClip, lastClips, namesOf, startFiles } from "./clips.ts";
import { computed } from "./compute.ts";
import { element, setShown } from "./elements.ts";
import { closeEngine } from "./local.ts";
import { startMicrophone } from "./microphone.ts";
import { listModels } from "./models.ts";
import { announce, showStart } from "./progress.ts";
import { showResult } from "./result.ts";
import { startSamples } from "./samples.ts";
import { isKeyProblem, sentenceOf } from "./sentences.ts";
import { startSnippets } from "./snippets/panel.ts";
import { requestOf } from "./snippets/request.ts";
import { shownLayer, startStates } from "./states.ts";

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
    const means = { key: keyInput.value, backend: parameters.get("backend"), signal };
    const outcome = await computed(choice, clips, means);
    if (!signal.aborted) {
      showResult({ ...outcome, tookMs: performance.now() - startMs });
      refreshSnippet();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof UndertoneError && ENDING.has(error.slug)) closeEngine();
    showError(error, names);
  }
  if (!signal.aborted) setShown("working", false);
}

function tellError(sentence: string): void {
  element("error").textContent = sentence;
  setShown("error", true);
}

function showError(error: unknown, names: string): void {
  tellError(sentenceOf(error, names));
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
  refreshSnippet();
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
const refreshSnippet = startSnippets(() => {
  const choice = currentChoice();
  const names = lastClips(choice.task.clips).map(({ name }) => name);
  return requestOf(choice, names, { layer: shownLayer(), needsKey: keyInput.value !== "" });
});
startStates(refreshSnippet);
startFiles((clips) => take(...clips));
startSamples(take, (error) => showError(error, "The sample"));
startMicrophone(take, tellError);
element("run").addEventListener("click", () => void compute());
element("key-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  closeEngine();
  setShown("error", false);
  setShown("key-form", false);
  if (await loadModels()) void compute();
});
void loadModels();
