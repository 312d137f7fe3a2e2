/** How far the computation of a file is, in words and as a bar. */
import type { Progress } from "../src/browser/index.ts";
import { element, setShown } from "./elements.ts";

/** Shows that a file is being worked on before there is more to say. */
export function showStart(file: string): void {
  setShown("working", true);
  show(`Preparing ${file} …`, null);
}

/** While weights arrive they are what is waited for; then it is the layers. */
export function progressOf(file: string): (progress: Progress) => void {
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
      show(`Computing ${file}: ${layersDone} of ${layersTotal} layers`, {
        value: layersDone,
        max: layersTotal,
      });
    }
  };
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
