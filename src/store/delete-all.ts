/** Deletes many keys, in as few calls as the store allows. */
import type { Store } from "./store.ts";

/** Forgets all keys that start with `prefix`. */
export async function deleteBelow(
  files: Pick<Store, "list" | "delete" | "deleteMany">,
  prefix: string,
): Promise<void> {
  await deleteAll(files, await files.list(prefix));
}

/** Forgets all `keys`; those that are not there are no error. */
export async function deleteAll(
  files: Pick<Store, "delete" | "deleteMany">,
  keys: readonly string[],
): Promise<void> {
  if (files.deleteMany !== undefined) return await files.deleteMany(keys);
  for (const key of keys) await files.delete(key);
}
