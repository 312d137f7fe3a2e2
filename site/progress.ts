/** How far a computation is, in words and as a bar. */
import type { Progress } from "../src/browser/index.ts";
import { element, setShown } from "./elements.ts";

/** Shows that clips are being worked on before there is more to say. */
export function showStart(names: string): void {
  setShown("working", true);
  show(`Preparing ${names} …`, null);
}

/** The service does not tell how far it is. */
export function showSent(names: string): void {
  show(`Computing ${names} on the service …`, null);
}

/** While weights arrive they are what is waited for; then it is the layers. */
export function progressOf(names: string): (progress: Progress) => void {
  let isLoading = false;
  return (progress) => {
    if (progress.stage === "loading") {
      const { loadedBytes, totalBytes } = progress;
      isLoading = loadedBytes < totalBytes;
      show(`Loading the model: ${amountOf(loadedBytes, totalBytes)}`, {
        value: loadedBytes,
        max: totalBytes,
      });
    } else if (!isLoading) {
      const { layersDone, layersTotal } = progress;
      show(`Computing ${names}: ${layersDone} of ${layersTotal} layers`, {
        value: layersDone,
        max: layersTotal,
      });
    }
  };
}

/** Says it to screen readers, once. */
export function announce(sentence: string): void {
  element("announcement").textContent = sentence;
}

function show(text: string, part: { readonly value: number; readonly max: number } | null): void {
  element("status").textContent = text;
  const bar = element("progress") as HTMLProgressElement;
  if (part === null) bar.removeAttribute("value");
  else Object.assign(bar, { max: part.max, value: part.value });
}

function amountOf(bytes: number, totalBytes: number): string {
  const [unit, unitBytes] = totalBytes < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
  return `${Math.round(bytes / unitBytes)} of ${Math.round(totalBytes / unitBytes)} ${unit}`;
}
