/** The request to the service that gives what the page shows. */
import type { Choice } from "../choices.ts";
import { SERVICE } from "../service.ts";

/** A request, as programs have to make it. */
export interface ServiceRequest {
  readonly url: string;
  /** The names of one file, which is the body, or of two, which are the fields `a` and `b` of a form. */
  readonly files: readonly string[];
  /** The name of the file that the answer is written to; null for an answer of JSON. */
  readonly output: string | null;
  /** Whether it has to have an API key. */
  readonly needsKey: boolean;
}

/** The environment variable that snippets read the key from; the key itself is never in them. */
export const KEY_VARIABLE = "UNDERTONE_KEY";

const PLACEHOLDERS = ["clip.wav", "other.wav"];

/** What stands for the clips that are not chosen yet are names that show what is meant. */
export function requestOf(
  { task, model }: Choice,
  names: readonly string[],
  { layer, needsKey }: { readonly layer: number | null; readonly needsKey: boolean },
): ServiceRequest {
  const url = new URL(task.path, SERVICE);
  if (model !== "") url.searchParams.set("model", model);
  const isFeatures = task.name === "features";
  if (isFeatures) {
    if (layer !== null) url.searchParams.set("layers", String(layer));
    url.searchParams.set("format", "npy");
  }
  const files = PLACEHOLDERS.slice(0, task.clips).map((name, at) => names[at] ?? name);
  return { url: url.href, files, output: isFeatures ? "features.npy" : null, needsKey };
}
