/** Tiny packs for tests: golden checkpoints built into memory and run by the real engine in Node. */
import { normalise } from "../../src/audio/clip/normalise.ts";
import type { Backend } from "../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../src/model/backend/node/backend.ts";
import { writePack } from "../../src/model/build/write-pack.ts";
import { openHuggingFaceDirectory } from "../../src/model/checkpoint/huggingface/open.ts";
import type { Engine, EngineLimits } from "../../src/model/engine/engine.ts";
import { resolveTaps } from "../../src/model/engine/taps/resolve.ts";
import type { Matrix } from "../../src/model/matrix.ts";
import { manifestKey } from "../../src/model/pack/manifest.ts";
import type { Precision } from "../../src/model/pack/precision.ts";
import { createModelRegistry, type ModelRegistry } from "../../src/model/pack/registry.ts";
import { memoryStore } from "../../src/store/memory.ts";
import type { Store } from "../../src/store/store.ts";

/** Room for all that tests compute, in one window. */
export const AMPLE_LIMITS: EngineLimits = {
  memoryBudgetBytes: 1e9,
  maxQueue: 16,
  windowSeconds: 60,
};

/** Directory of the golden checkpoints for tests. */
export function goldenDirectory(name: string): string {
  return new URL(`../../test/fixtures/golden/${name}`, import.meta.url).pathname;
}

/** Builds a golden checkpoint, not calibrated, into `store` as an installed pack and gives its id, such as `tiny-group-fp32`. */
export async function installGolden(
  store: Store,
  name: string,
  precision: Precision,
): Promise<string> {
  const checkpoint = await openHuggingFaceDirectory(goldenDirectory(name));
  const manifest = await writePack(checkpoint, { precision }, new Map(), {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey,
  });
  return manifest.id;
}

/** A registry over the given store, its blobs run by the WASM backend in Node. */
export function nodeRegistry(
  store: Store,
  defaultModel = "",
  limits: EngineLimits = AMPLE_LIMITS,
  backend: () => Promise<Backend> = createNodeBackend,
): ModelRegistry {
  return createModelRegistry({
    storage: store,
    backend,
    defaultModel,
    reportDamage: () => {},
    limits,
  });
}

/** Every tensor that an engine gives of mono 16 kHz samples not normalised yet, by the names that the API gives them. */
export async function computeAll(
  engine: Engine,
  samples: Float32Array,
): Promise<Map<string, Matrix>> {
  const { architecture, preprocessing } = engine.manifest;
  const all = Array.from({ length: architecture.layerCount + 1 }, (_, index) => index);
  const taps = resolveTaps(
    [...all, "last_hidden_state", "extract_features"],
    architecture.layerCount,
  );
  const input = preprocessing.doNormalize ? normalise(samples) : samples;
  const { hiddenStates, lastHiddenState, extractFeatures } = await engine.run(input, taps);
  const tensors = new Map<string, Matrix>();
  for (const [index, matrix] of hiddenStates) tensors.set(`hidden_states.${index}`, matrix);
  if (lastHiddenState !== null) tensors.set("last_hidden_state", lastHiddenState);
  if (extractFeatures !== null) tensors.set("extract_features", extractFeatures);
  return tensors;
}

/** A registry with one pack, `tiny-group-fp32`. */
export async function tinyRegistry(): Promise<ModelRegistry> {
  const store = memoryStore();
  await installGolden(store, "tiny-group", "fp32");
  return nodeRegistry(store);
}
