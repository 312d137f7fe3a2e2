/** Checkpoints that come with the code. */
import { join } from "node:path";
import { BUNDLED } from "../hub/catalog.ts";

const MODELS = join(import.meta.dirname, "../../../models");

/** The directory of a checkpoint in models/, such as `spoken-words`; `null` if there is none of this name. */
export function bundledCheckpoint(id: string): string | null {
  return BUNDLED.some((model) => model.id === id) ? join(MODELS, id) : null;
}
