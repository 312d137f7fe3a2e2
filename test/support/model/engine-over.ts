/** Engines of the small fp32 pack over a storage of the test's own. */
import type { MemoryLedger } from "../../../src/ledger.ts";
import type { Backend } from "../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { createEngine } from "../../../src/model/engine/create.ts";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { computationQueue } from "../../../src/model/engine/queue.ts";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import { blobReader } from "../../../src/model/pack/blobs.ts";
import { manifestKey, type PackStorage } from "../../../src/model/pack/manifest.ts";
import { readManifest } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { AMPLE_LIMITS, installGolden } from "../../../support/packs/tiny-pack.ts";

const PACK = "tiny-group-fp32";

export const goldenStore = memoryStore();
await installGolden(goldenStore, "tiny-group", "fp32");
const backend: Backend = await createNodeBackend();

/** An engine that reads its blobs from `storage`. */
export async function engineOver(
  storage: PackStorage = goldenStore,
  report: (key: string) => void = () => {},
  limits = AMPLE_LIMITS,
  ledger?: MemoryLedger,
): Promise<Engine> {
  const bytes = (await goldenStore.get(manifestKey(PACK))) as Uint8Array<ArrayBuffer>;
  return createEngine({
    ...(await readManifest(bytes)),
    backend,
    readBlob: blobReader(storage, report),
    queue: computationQueue(limits.maxQueue),
    limits,
    ledger,
  });
}

/** Reads from the store and remembers which blobs were read. */
export function recording() {
  const reads: string[] = [];
  const storage: PackStorage = {
    get: (key) => {
      reads.push(key);
      return goldenStore.get(key);
    },
    list: (prefix) => goldenStore.list(prefix),
  };
  return { reads, storage };
}

/** Names of the segments that `keys` are the blobs of. */
export function segmentsRead({ manifest }: Engine, keys: readonly string[]): string[] {
  return manifest.segments
    .filter(({ sha256 }) => keys.some((key) => key.includes(sha256)))
    .map(({ name }) => name);
}

/** Every hidden state, the convolutions' features and the last hidden state. */
export function tapEverything(layerCount: number) {
  return {
    ...resolveTaps(["extract_features", "last_hidden_state"], layerCount),
    hiddenStates: resolveTaps("all", layerCount).hiddenStates,
  };
}
