/** Clips of voices that a model with random weights tells apart, and a service that knows voices. */
import { sha256Of } from "../../../src/crypto/digest.ts";
import { encodeCohort } from "../../../src/model/pack/cohort.ts";
import { cohortBlob } from "../../../src/model/pack/manifest.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { changeHeads, installXVectorPacks } from "../model/xvector-packs.ts";

export const VOICE_MODEL = "tiny-xvector-q8";
const SECONDS = 1.5;

/** Whoever hums, hisses or buzzes; takes of one voice differ in loudness and noise. */
export function voiceClip(voice: "hum" | "hiss" | "buzz" | "silence", take = 0) {
  let seed = 1 + take;
  const samples = Float32Array.from({ length: SECONDS * 16_000 }, (_, index) => {
    const at = index / 16_000;
    seed = (seed * 48_271) % 2_147_483_647;
    const loudness = 0.3 + 0.02 * take;
    if (voice === "hum") return loudness * Math.sin(2 * Math.PI * 150 * at);
    if (voice === "hiss") return loudness * (seed / 1_073_741_824 - 1);
    if (voice === "buzz") return loudness * Math.sign(Math.sin(2 * Math.PI * 900 * at));
    return 0;
  });
  return makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" });
}

/** Packs of which one knows voices; a cohort if its embeddings are given. */
export async function voiceModels(
  cosine: number,
  cohort?: { readonly embeddings: readonly Float32Array[]; readonly score: number },
): Promise<{ models: ModelRegistry; packs: Store }> {
  const packs = memoryStore();
  await installXVectorPacks(packs, { cosine });
  if (cohort !== undefined) await giveCohort(packs, cohort.embeddings, cohort.score);
  return { models: nodeRegistry(packs, VOICE_MODEL), packs };
}

async function giveCohort(
  packs: Store,
  embeddings: readonly Float32Array[],
  score: number,
): Promise<void> {
  const bytes = encodeCohort(embeddings);
  const described = { bytes: bytes.length, sha256: await sha256Of(bytes) };
  await packs.put(cohortBlob(described).key, bytes);
  await changeHeads(packs, `packs/${VOICE_MODEL}/manifest.json`, (head) => {
    if (head.kind !== "xvector" || head.threshold === undefined) return head;
    const { cosine: _, ...threshold } = head.threshold;
    const own = { ...described, embeddings: embeddings.length, threshold: { ...threshold, score } };
    return { ...head, cohort: own };
  });
}
