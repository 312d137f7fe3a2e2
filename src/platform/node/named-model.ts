/** `MODEL_ID`: the model that a Node server should have. */
import { isPackId } from "../../model/pack/manifest.ts";
import { malformed, readText } from "../variables.ts";

/** A model, and the pack that is made of it. */
export interface NamedModel {
  /** As `undertone pack build` takes it: `owner/name` of the hub, `spoken-words`, `synthetic:base`, or an absolute path. */
  readonly source: string;
  /** The id of its q8 pack. */
  readonly packId: string;
}

/**
 * Reads `MODEL_ID`; null if it is not set.
 * @throws UndertoneError `internal` if no id of a pack can be made of it
 */
export function readModel(variables: Readonly<Record<string, unknown>>): NamedModel | null {
  const source = readText(variables, "MODEL_ID");
  if (source === "") return null;
  const name = source.replace(/@[^/]*$/, "").replace(/^.*\//, "");
  const packId = `${name.replaceAll(":", "-").toLowerCase()}-q8`;
  if (isPackId(packId)) return { source, packId };
  const wants = "a model of the hub, such as microsoft/wavlm-base-plus, or an absolute path";
  throw malformed("MODEL_ID", wants, source);
}
