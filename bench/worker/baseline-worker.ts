/** A Worker that runs one whole baseline graph: samples in (float32, little-endian), the last hidden state out. */
import type { R2Bucket } from "@cloudflare/workers-types";
import type { ProgramSession } from "../../src/model/backend/backend.ts";
import { createWorkerdBackend } from "../../src/model/backend/workerd.ts";
import { watchWasmHeap } from "../wasm-heap.ts";

interface Bindings {
  readonly MODELS: R2Bucket;
  readonly MODEL_KEY: string;
}

const wasmHeapBytes = watchWasmHeap({ unbounded: true });
let session: Promise<ProgramSession> | undefined;

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    session ??= open(bindings);
    const samples = new Float32Array(await request.arrayBuffer());
    const { last_hidden_state } = await (await session).run(
      { input_values: { type: "float32", shape: [1, samples.length], data: samples } },
      ["last_hidden_state"],
    );
    const body = Float32Array.from(last_hidden_state.data);
    return new Response(body, { headers: { "X-Wasm-Heap-Bytes": String(wasmHeapBytes()) } });
  },
};

async function open({ MODELS, MODEL_KEY }: Bindings): Promise<ProgramSession> {
  const object = await MODELS.get(MODEL_KEY);
  if (object === null) throw new Error(`no object ${MODEL_KEY}`);
  const backend = await createWorkerdBackend();
  return backend.createSession(new Uint8Array(await object.arrayBuffer()));
}
