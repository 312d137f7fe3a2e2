import type { Matrix } from "../../../src/model/matrix.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { GOLDEN_MODELS, GOLDEN_TOLERANCE } from "../../../support/packs/golden.ts";
import { bootBuiltWorker } from "../../../support/runtimes/built-worker.ts";
import { bootWorker } from "../../../support/runtimes/workerd.ts";
import { type BackendContract, describeBackendContract } from "../../contract/backend.ts";
import { readSafetensors } from "../../support/http/answer-readers.ts";

/** What of a Worker the contract needs. */
interface Computing {
  readonly packs: Store;
  fetch(path: string, init: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

describeBackendContract(
  workerdContract("WASM in workerd", async () => {
    const worker = await bootWorker();
    return { packs: worker.bucket, fetch: worker.fetch, stop: worker.stop };
  }),
);

/** As Cloudflare's documentation says of Workers: no memory can be shared. */
const WITHOUT_SHARED_MEMORY = `
  delete globalThis.SharedArrayBuffer;
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(descriptor) {
      if (descriptor.shared) throw new TypeError("shared memories are refused");
      super(descriptor);
    }
  };
`;

describeBackendContract(
  workerdContract("WASM in workerd without shared memory", () =>
    bootBuiltWorker({ prelude: WITHOUT_SHARED_MEMORY }),
  ),
);

function workerdContract(name: string, boot: () => Promise<Computing>): BackendContract {
  return {
    name,
    fp32Bound: { absolute: GOLDEN_TOLERANCE },
    onnxPrecisions: [],
    sameBits: ["q8", "q8a"],
    async start(store) {
      const worker = await boot();
      await copyPacks(store, worker.packs);
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
  };
}

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
