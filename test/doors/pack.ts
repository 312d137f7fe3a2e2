/** The pack that all doors compute with: its q8 weights give every door the same bits. */

import { writePack } from "../../src/model/build/write-pack.ts";
import { openHuggingFaceDirectory } from "../../src/model/checkpoint/huggingface/open.ts";
import { manifestKey } from "../../src/model/pack/manifest.ts";
import type { Store } from "../../src/store/store.ts";
import { goldenDirectory } from "../../support/packs/tiny-pack.ts";

/** Installs it into a store that a service reads, under each of `ids`. */
export async function installDoorPack(store: Store, ids: readonly string[]): Promise<void> {
  for (const id of ids) await writeDoorPack(store, id, manifestKey);
}

/** Writes it as the directory of a pack that the command line computes with. */
export function writeDoorPackDirectory(store: Store): Promise<void> {
  return writeDoorPack(store, "doors", () => "manifest.json");
}

async function writeDoorPack(
  store: Store,
  id: string,
  keyOf: (id: string) => string,
): Promise<void> {
  const checkpoint = await openHuggingFaceDirectory(goldenDirectory("tiny-group"));
  await writePack(checkpoint, { precision: "q8", id }, new Map(), {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey: keyOf,
  });
}
