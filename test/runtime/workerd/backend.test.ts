import type { Matrix } from "../../../src/model/matrix.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { GOLDEN_MODELS, GOLDEN_TOLERANCE } from "../../../support/packs/golden.ts";
import { bootWorker } from "../../../support/runtimes/workerd.ts";
import { describeBackendContract } from "../../contract/backend.ts";
import { readSafetensors } from "../../support/http/answer-readers.ts";

describeBackendContract({
  name: "WASM in workerd",
  fp32Bound: { absolute: GOLDEN_TOLERANCE },
  gpuPrecisions: [],
  sameBits: ["q8", "q8a"],
  async start(store) {
    const worker = await bootWorker();
    await copyPacks(store, worker.bucket);
    return {
      async compute(pack, samples) {
        const response = await worker.fetch(`/v1/features?${queryOf(pack)}`, {
          method: "POST",
          body: makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" }),
        });
        const body = new Uint8Array(await response.arrayBuffer());
        if (!response.ok) throw new Error(new TextDecoder().decode(body));
        return matricesOf(body);
      },
      stop: () => worker.stop(),
    };
  },
});

/** Asks for every tensor of a golden pack. */
function queryOf(pack: string): URLSearchParams {
  const model = GOLDEN_MODELS.find(({ name }) => pack.slice(0, pack.lastIndexOf("-")) === name);
  const indices = Array.from({ length: (model?.layerCount ?? 0) + 1 }, (_, index) => index);
  return new URLSearchParams({
    model: pack,
    layers: [...indices, "last_hidden_state", "extract_features"].join(),
    format: "safetensors",
  });
}

function matricesOf(file: Uint8Array): Map<string, Matrix> {
  const { tensors } = readSafetensors(file);
  return new Map(
    [...tensors].map(([name, { shape, values }]) => [
      name,
      { rows: shape[0], columns: shape[1], data: Float32Array.from(values) },
    ]),
  );
}

/** Blobs before manifests, as an installation does it. */
async function copyPacks(from: Store, to: Store): Promise<void> {
  for (const prefix of ["blobs/", "packs/"]) {
    for (const key of await from.list(prefix)) {
      await to.put(key, (await from.get(key)) as Uint8Array);
    }
  }
}
