/**
 * The default model: it answers requests that name none. The first installation sets it, in the store beside the packs; later
 * ones do not change it.
 */
import { UndertoneError } from "../../errors.ts";
import { isPackId, type PackStorage } from "./manifest.ts";

/** Key of the default model in a store of packs. */
export const DEFAULT_MODEL_KEY = "packs/default.json";

/** The bytes that make pack `id` the default. */
export function encodeDefaultModel(id: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify({ model: id })}\n`);
}

/**
 * The id of the default pack, whether or not it is installed; `null` if the store does not say.
 * @throws UndertoneError `default-model-missing` if what it says is no id.
 */
export async function readDefaultModel(storage: PackStorage): Promise<string | null> {
  const bytes = await storage.get(DEFAULT_MODEL_KEY);
  if (bytes === null) return null;
  const id = modelOf(new TextDecoder().decode(bytes));
  if (isPackId(id)) return id;
  throw new UndertoneError(
    "default-model-missing",
    `${DEFAULT_MODEL_KEY} names no model. ${HOW_TO_CHOOSE}`,
  );
}

/** The error of a default pack that is not installed any more. */
export function defaultModelMissing(id: string, installed: readonly string[]): UndertoneError {
  return new UndertoneError(
    "default-model-missing",
    `The default model '${id}' is not installed. Name another with the option 'model' (installed: ${installed.join(", ")}). ${HOW_TO_CHOOSE}`,
    { model: id, installed },
  );
}

const HOW_TO_CHOOSE =
  "The operator chooses the default with 'undertone pack default <id>', or by DEFAULT_MODEL where that is set.";

function modelOf(json: string): string {
  try {
    return String((JSON.parse(json) as { model?: unknown } | null)?.model);
  } catch {
    return "";
  }
}
