/** A service of one tiny pack of each head and a bare one, and requests to it. */
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { goldenPart, installChanged } from "../model/golden-heads.ts";
import { type Service, startService } from "./service.ts";

const LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ'"];

/** Files that give tiny-ctc an alphabet. */
export const VOCABULARY = {
  "vocab.json": JSON.stringify(Object.fromEntries(LETTERS.map((token, id) => [token, id]))),
};

/** Installs the packs; they are called as their checkpoints, with `-fp32` behind. */
export async function installTaskModels(store: Store): Promise<void> {
  await installGolden(store, "tiny-group", "fp32");
  for (const name of ["tiny-xvector", "tiny-afc", "tiny-seqcls"]) {
    await installChanged(store, name, {});
  }
  await installChanged(store, "tiny-ctc", {}, { files: VOCABULARY });
}

/** A registry of those packs. */
export async function taskModels(): Promise<ModelRegistry> {
  const store = memoryStore();
  await installTaskModels(store);
  return nodeRegistry(store);
}

/** A service of them. */
export async function startTaskService(): Promise<Service> {
  return startService(await taskModels());
}

/** The WAV that holds a part of a golden input exactly. */
export async function wavOf(part: string): Promise<Uint8Array<ArrayBuffer>> {
  return makeWav({ sampleRateHz: 16_000, channels: [await goldenPart(part)], format: "f32" });
}

/** Posts a clip, or a form, to an address such as `embeddings?l2=true`. */
export async function ask(
  { app }: Service,
  address: string,
  model: string,
  body: BodyInit,
): Promise<Response> {
  const [path, query = ""] = address.split("?");
  return app.request(`/v1/${path}?${query}&model=${model}-fp32`, { method: "POST", body });
}

/** Spells golden CTC logits the plain way, as transformers does: each frame's best token, repetitions and blanks left out. */
export function spellGreedily(logits: Float32Array): string {
  const columns = LETTERS.length;
  const best = Array.from({ length: logits.length / columns }, (_, row) => {
    const frame = logits.subarray(row * columns, (row + 1) * columns);
    return frame.indexOf(Math.max(...frame));
  });
  const tokens = best.filter((token, row) => token !== best[row - 1] && token > 0);
  return tokens
    .map((token) => LETTERS[token])
    .join("")
    .split("|")
    .filter((word) => word !== "")
    .join(" ");
}
