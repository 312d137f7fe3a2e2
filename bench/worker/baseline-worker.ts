/** A Worker that runs one whole baseline graph: samples in (float32, little-endian), the last hidden state out. */
import type { R2Bucket } from "@cloudflare/workers-types";
import type { Backend, ProgramSession } from "../../src/model/backend/backend.ts";
import { createWorkerdBackend } from "../../src/model/backend/workerd.ts";

interface Bindings {
  readonly MODELS: R2Bucket;
  readonly MODEL_KEY: string;
}

interface Model {
  readonly backend: Backend;
  readonly session: ProgramSession;
}

let model: Promise<Model> | undefined;

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    model ??= open(bindings);
    const { backend, session } = await model;
    const samples = new Float32Array(await request.arrayBuffer());
    const { last_hidden_state } = await session.run(
      { input_values: { type: "float32", shape: [1, samples.length], data: samples } },
      ["last_hidden_state"],
    );
    const body = Float32Array.from(last_hidden_state.data);
    return new Response(body, { headers: { "X-Wasm-Heap-Bytes": String(backend.heapBytes()) } });
  },
};

async function open({ MODELS, MODEL_KEY }: Bindings): Promise<Model> {
  const object = await MODELS.get(MODEL_KEY);
  if (object === null) throw new Error(`no object ${MODEL_KEY}`);
  const backend = await createWorkerdBackend();
  const session = await backend.createSession(new Uint8Array(await object.arrayBuffer()));
  return { backend, session };
}
