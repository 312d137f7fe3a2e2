import { createNodeBackend } from "./src/model/backend/node.ts";
import { blobReader } from "./src/model/blobs.ts";
import { computationQueue } from "./src/model/computation-queue.ts";
import { createEngine } from "./src/model/engine.ts";
import { headTaps, resolveTaps } from "./src/model/layers.ts";
import { readManifest } from "./src/model/registry.ts";
import { speechLikeSamples } from "./src/model/speech-like.ts";
import { filesystemStore } from "./src/store/filesystem.ts";
const storage = filesystemStore("/tmp/w7b-packs/sv");
const bytes = (await storage.get("manifest.json"))!;
const pack = await readManifest(bytes);
for (const what of ["features", "xvector"]) {
  for (const seconds of [1, 5, 10, 30]) {
    const backend = await createNodeBackend(96e6);
    const engine = createEngine({ ...pack, backend, readBlob: blobReader(storage, () => {}), queue: computationQueue(0), limits: { memoryBudgetBytes: 96e6, maxQueue: 0, windowSeconds: 30 } });
    const taps = what === "features" ? resolveTaps("last", 12) : headTaps(engine.manifest.heads[0]!);
    const samples = speechLikeSamples(seconds);
    const t = performance.now();
    try {
      const r = await engine.run(samples, taps);
      console.log(what, seconds, (performance.now() - t).toFixed(0), "ms", (r.memory.wasmHeapBytes / 1e6).toFixed(1), (r.memory.heldBufferBytes / 1e6).toFixed(1), r.head?.embedding?.slice(0, 3), JSON.stringify(r.timings));
    } catch (e) { console.log(what, seconds, String(e)); }
  }
}
