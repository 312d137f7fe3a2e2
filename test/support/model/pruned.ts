/** Tiny models that were pruned at random, as DPHuBERT's code saves them (test/fixtures/pruned), and what a reference gives of them. */
import { writePack } from "../../../src/model/build/write-pack.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open.ts";
import { openSafetensors } from "../../../src/model/checkpoint/safetensors/file.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import type { Precision } from "../../../src/model/pack/precision.ts";
import type { Store } from "../../../src/store/store.ts";
import { fixture } from "../checkpoints/files.ts";
import { FAMILY_INPUTS, referencesIn } from "./families.ts";

export const PRUNED_MODELS = ["dpwavlm-base", "dpwavlm-large", "dphubert-base"] as const;
export type PrunedModel = (typeof PRUNED_MODELS)[number];
export const PRUNED_INPUTS = FAMILY_INPUTS;

/** Heads and feed-forward width of each layer: without gates it does not matter which heads they were. */
export function prunedLayers(name: PrunedModel) {
  const layers = [
    { heads: [2, 0], intermediateSize: 17 },
    { heads: [], intermediateSize: 21 },
    { heads: [1], intermediateSize: 0 },
    { heads: [0, 1, 2, 3], intermediateSize: 5 },
    { heads: [3], intermediateSize: 33 },
  ];
  if (name !== "dphubert-base") return layers;
  return layers.map(({ heads, ...rest }) => ({ heads: [...heads.keys()], ...rest }));
}

/** The path of a model's checkpoint. */
export function prunedFile(name: PrunedModel): string {
  return fixture(`pruned/${name}.pth`);
}

/** Builds a model, not calibrated, into `store` as an installed pack and gives its id, such as `dpwavlm-base-q8`. */
export async function installPruned(store: Store, name: PrunedModel, precision: Precision) {
  const id = `${name}-${precision}`;
  await writePack(await openCheckpoint(prunedFile(name)), { precision, id }, new Map(), {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey,
  });
  return id;
}

/** What the reference gives of an input, by the names that the API gives tensors, and how many frames apart. */
export async function prunedReferences(name: PrunedModel, input: (typeof PRUNED_INPUTS)[number]) {
  return referencesIn(await openSafetensors(fixture(`pruned/${name}.golden.safetensors`)), input);
}
