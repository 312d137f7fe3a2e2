/** Copies of a bucket's packs in another one. */
import { sha256Of } from "../../crypto/digest.ts";
import { UndertoneError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";

/** What came of it, in objects. */
export interface Replication {
  readonly copied: number;
  /** Those that were there already, with the right digest. */
  readonly kept: number;
}

/**
 * Gives `target` every pack of `source` and its default model. Each object is read from both and its SHA-256 compared, and
 * what was written is read back; manifests come after the blobs that they name, so that no pack is listed before it is whole.
 * Packs that `target` alone has stay.
 * @throws UndertoneError `pack-damaged` for a blob of `source` that is not what its name says, or a copy that is not the original
 */
export async function replicatePacks(source: Store, target: Store): Promise<Replication> {
  const blobs = await source.list("blobs/");
  const manifests = (await source.list("packs/")).toSorted(byDepth);
  let copied = 0;
  for (const key of [...blobs, ...manifests]) {
    const bytes = await source.get(key);
    if (bytes === null) continue;
    const sha256 = await sha256Of(bytes);
    if (key.startsWith("blobs/") && !key.startsWith(`blobs/${sha256}.`)) throw damaged(key, source);
    if (await holds(target, key, sha256)) continue;
    await target.put(key, bytes);
    if (!(await holds(target, key, sha256))) throw damaged(key, target);
    copied++;
  }
  return { copied, kept: blobs.length + manifests.length - copied };
}

/** `packs/default.json` last: it names one of the others. */
function byDepth(a: string, b: string): number {
  return b.split("/").length - a.split("/").length;
}

async function holds(store: Store, key: string, sha256: string): Promise<boolean> {
  const bytes = await store.get(key);
  return bytes !== null && (await sha256Of(bytes)) === sha256;
}

function damaged(key: string, { name }: Store): UndertoneError {
  return new UndertoneError(
    "pack-damaged",
    `${key} in ${name} does not have the digest that it should have. Install its pack again, and then run the same command.`,
    { key },
  );
}
