/** Name and source of a checkpoint. */
import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import { snapshotAt } from "./huggingface/cache-folder.ts";

/** Identity of a checkpoint, used in manifests and pack ids. */
export interface CheckpointIdentity {
  /** In the letters that pack ids are made of. */
  readonly name: string;
  /** As `Provenance.source`. */
  readonly source: string;
  /** Licence, if the checkpoint itself does not name one; `unknown` if left out. */
  readonly licence?: string;
}

/**
 * The identity of a directory or file on this machine: its own name, without the path; that of the model for a directory in
 * the hub's cache, which is called by a commit.
 */
export function localIdentity(path: string): CheckpointIdentity {
  const cached = snapshotAt(path);
  if (cached !== null) return hubIdentity(cached.id, cached.commit);
  const ending = /\.(pt|pth|bin|ckpt|safetensors)$/;
  const name = modelName(basename(resolve(path)).replace(ending, ""));
  return { name, source: name };
}

/** The identity of model `organisation/name` of the hub at a commit. */
export function hubIdentity(id: string, commit: string): CheckpointIdentity {
  return { name: modelName(id.split("/").at(-1) ?? id), source: `${id}@${commit}` };
}

/** So many digits keep apart what one has on a machine. */
const DIGEST_DIGITS = 8;

/**
 * A name in the letters of pack ids: `WavLM-Base+` is `wavlm-base-plus`. Accents are dropped; what has letters beyond
 * ASCII ends in a digest of the whole name, so that different names stay different: `语音` is `model-89fcbbfd`.
 */
export function modelName(text: string): string {
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, "");
  const plain = bare
    .toLowerCase()
    .replaceAll("+", " plus")
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "");
  if (!/[^\p{ASCII}]/u.test(bare)) return plain || "model";
  const digest = createHash("sha256").update(text.normalize("NFC")).digest("hex");
  return `${plain || "model"}-${digest.slice(0, DIGEST_DIGITS)}`;
}
