/** What a checkpoint is called, and where it says it comes from. */
import { basename, resolve } from "node:path";

/** Who a checkpoint is; the manifest and pack ids repeat it. */
export interface CheckpointIdentity {
  /** In the letters that pack ids are made of. */
  readonly name: string;
  /** As `Provenance.source`. */
  readonly source: string;
  /** Where the checkpoint itself does not say; `unknown` if left out. */
  readonly licence?: string;
}

/** The identity of a directory or file on this machine: its own name, without the path. */
export function localIdentity(path: string): CheckpointIdentity {
  const name = modelName(basename(resolve(path)).replace(/\.(pt|pth|bin|safetensors)$/, ""));
  return { name, source: name };
}

/** A name in the letters of pack ids: `WavLM-Base+` is `wavlm-base-plus`. */
export function modelName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll("+", " plus")
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "");
  return plain || "model";
}
