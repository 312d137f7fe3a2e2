/** Installed packs of a store: lists them, chooses the default, removes one. */
import { UndertoneError } from "../../errors.ts";
import {
  DEFAULT_MODEL_KEY,
  encodeDefaultModel,
  readDefaultModel,
} from "../../model/pack/default-model.ts";
import { manifestKey, type PackStorage } from "../../model/pack/manifest.ts";
import { type ModelRegistry, packRegistry } from "../../model/pack/registry.ts";
import type { Store } from "../../store/store.ts";

/** A registry to look things up in; nothing is computed with it. */
export function readOnlyRegistry(storage: PackStorage, defaultModel = ""): ModelRegistry {
  const reportDamage = (key: string, reason: string) => console.error(`${key} ${reason}`);
  return packRegistry({ storage, defaultModel, reportDamage }, () =>
    Promise.reject(new Error("nothing is computed here")),
  );
}

/**
 * Keeps the default across the installation of pack `id` that follows: stores the current default explicitly, or `id` if
 * nothing is installed.
 */
export async function keepDefault(store: Store, id: string): Promise<void> {
  const { packs, unusable } = await readOnlyRegistry(store).list();
  const isFirst = packs.length + unusable.length === 0;
  if (!isFirst && (await readDefaultModel(store)) !== null) return;
  const answersNow = isFirst ? null : await readOnlyRegistry(store).defaultId();
  await store.put(DEFAULT_MODEL_KEY, encodeDefaultModel(answersNow ?? id));
}

/**
 * Makes pack `id` the default.
 * @throws UndertoneError `unknown-model` if it is not installed, or why it is unusable.
 */
export async function chooseDefault(store: Store, id: string): Promise<void> {
  await readOnlyRegistry(store).find(id);
  await store.put(DEFAULT_MODEL_KEY, encodeDefaultModel(id));
}

/** Result of a removal. */
export interface Removal {
  readonly blobsDeleted: number;
  /** Blobs that other packs have too. */
  readonly blobsKept: number;
  /** True if no pack is left. */
  readonly isLast: boolean;
}

/**
 * Removes pack `id` and the blobs that no other pack has; the manifest goes first, so that a store never lists a pack that it
 * does not hold whole.
 * @throws UndertoneError `unknown-model` if it is not installed, `invalid-option` if it is the default and others are there.
 */
export async function removePack(
  store: Store,
  id: string,
  configuredDefault: string,
): Promise<Removal> {
  const registry = readOnlyRegistry(store, configuredDefault);
  const { packs, unusable } = await registry.list();
  const others = [...packs.map(({ manifest }) => manifest.id), ...unusable.map((pack) => pack.id)]
    .filter((other) => other !== id)
    .sort();
  const isThere = packs.length + unusable.length > others.length;
  if (!isThere) await registry.find(id);
  if (others.length > 0 && (await registry.defaultId()) === id) throw isDefault(id, others);
  const own = await digestsIn(store, id);
  const shared = new Set(
    (await Promise.all(others.map((other) => digestsIn(store, other)))).flat(),
  );
  const blobs = (await store.list("blobs/")).filter((key) => own.includes(digestOf(key)));
  const deleted = blobs.filter((key) => !shared.has(digestOf(key)));
  await store.delete(manifestKey(id));
  if (others.length === 0) await store.delete(DEFAULT_MODEL_KEY);
  for (const key of deleted) await store.delete(key);
  return {
    blobsDeleted: deleted.length,
    blobsKept: blobs.length - deleted.length,
    isLast: others.length === 0,
  };
}

/** Every SHA-256 in a manifest, also of a format that is not read any more: what it names must not be deleted for another. */
async function digestsIn(store: Store, id: string): Promise<string[]> {
  const manifest = new TextDecoder().decode((await store.get(manifestKey(id))) ?? new Uint8Array());
  return manifest.match(/\b[0-9a-f]{64}\b/g) ?? [];
}

function digestOf(blobKey: string): string {
  return blobKey.slice("blobs/".length).split(".")[0] ?? "";
}

function isDefault(id: string, others: readonly string[]): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `${id} is the default model. Choose another first, for example with 'undertone pack default ${others[0]}' (or in DEFAULT_MODEL, if set).`,
    { option: "id", installed: others },
  );
}
