/** A tiny pack that diarizes, and a tiny one with x-vectors and a threshold, which it names. */
import type { Head } from "../../../src/model/heads/head.ts";
import { decodeManifest, encodeManifest } from "../../../src/model/pack/manifest.ts";
import type { Precision } from "../../../src/model/pack/precision.ts";
import type { Store } from "../../../src/store/store.ts";
import { installChanged } from "./golden-heads.ts";

/** A threshold that somebody found. */
export function thresholdAt(cosine: number) {
  return {
    cosine,
    source: "pairs.csv",
    targetPairs: 40,
    nonTargetPairs: 60,
    equalErrorRate: 0.05,
  };
}

/** Changes the heads of the manifest under a key. */
export async function changeHeads(
  store: Pick<Store, "get" | "put">,
  key: string,
  change: (head: Head) => Head,
): Promise<void> {
  const manifest = decodeManifest((await store.get(key)) as Uint8Array);
  await store.put(key, encodeManifest({ ...manifest, heads: manifest.heads.map(change) }));
}

/** Installs both, `tiny-afc-<precision>` and `tiny-xvector-<precision>`. */
export async function installXVectorPacks(
  store: Store,
  { precision = "q8", cosine }: { precision?: Precision; cosine: number },
): Promise<void> {
  for (const name of ["tiny-xvector", "tiny-afc"]) {
    const id = await installChanged(store, name, {}, { precision });
    await changeHeads(store, `packs/${id}/manifest.json`, (head) =>
      head.kind === "xvector"
        ? { ...head, threshold: thresholdAt(cosine) }
        : { ...head, xvectorPack: `tiny-xvector-${precision}` },
    );
  }
}
