/** Errors of golden/mid's packs, run by the real engine in Node. */
import { createNodeBackend } from "../src/model/backend/node.ts";
import { openHuggingFaceDirectory } from "../src/model/checkpoint/huggingface.ts";
import { resolveTaps } from "../src/model/layers.ts";
import { manifestKey, type Precision } from "../src/model/pack.ts";
import { writePack } from "../src/model/pack-writer.ts";
import { createModelRegistry } from "../src/model/registry.ts";
import { memoryStore } from "../src/store/memory.ts";
import { GOLDEN_MID, goldenMidReference, goldenMidSamples } from "./golden-mid.ts";
import { type LayerError, layerError } from "./measures.ts";

/** Builds golden/mid in `precision` and compares each hidden state with transformers'. */
export async function measurePack(precision: Precision): Promise<LayerError[]> {
  const store = memoryStore();
  const checkpoint = await openHuggingFaceDirectory(GOLDEN_MID);
  const put = (key: string, bytes: Uint8Array) => store.put(key, bytes);
  const { architecture } = await writePack(checkpoint, { precision }, { put, manifestKey });
  const registry = createModelRegistry({
    storage: store,
    backend: createNodeBackend,
    defaultModel: "",
    reportDamage: () => {},
  });
  const engine = await registry.open();
  const taps = resolveTaps("all", architecture.layerCount);
  const { hiddenStates } = await engine.run(await goldenMidSamples(), taps);
  const reference = await goldenMidReference();
  return [...hiddenStates].map(([index, matrix]) => layerError(matrix, reference[index]));
}
