/** The request as a text to copy, in one of three languages. */
import { element } from "../elements.ts";
import { announce } from "../progress.ts";
import { curlOf } from "./curl.ts";
import { pythonOf } from "./python.ts";
import type { ServiceRequest } from "./request.ts";
import { typescriptOf } from "./typescript.ts";

const LANGUAGES: Readonly<Record<string, (request: ServiceRequest) => string>> = {
  curl: curlOf,
  python: pythonOf,
  typescript: typescriptOf,
};

const NOTE_MS = 3_000;

/** Shows what `requestNow` gives, and gives the function that shows it anew once that has changed. */
export function startSnippets(requestNow: () => ServiceRequest): () => void {
  const refresh = () => {
    const chosen = document.querySelector<HTMLInputElement>("input[name=language]:checked");
    const snippet = LANGUAGES[chosen?.value ?? ""] ?? curlOf;
    element("snippet").textContent = snippet(requestNow());
  };
  element("languages").addEventListener("change", refresh);
  element("copy").addEventListener("click", () => void copy());
  refresh();
  return refresh;
}

/** Browsers let pages write to the clipboard over HTTPS and on localhost only. */
async function copy(): Promise<void> {
  const snippet = element("snippet");
  const note = element("copy-note");
  try {
    await navigator.clipboard.writeText(snippet.textContent);
    note.textContent = "Copied.";
  } catch {
    getSelection()?.selectAllChildren(snippet);
    note.textContent = "It is selected: copy it with Ctrl+C.";
  }
  announce(note.textContent);
  setTimeout(() => {
    note.textContent = "";
  }, NOTE_MS);
}
