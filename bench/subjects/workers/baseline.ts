/** A Worker that runs one whole baseline graph: samples in (float32, little-endian), the last hidden state out. */
import type { R2Bucket } from "@cloudflare/workers-types";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm";
import { type BaselineModel, openBaseline } from "../../baseline/default-session.ts";

interface Bindings {
  readonly MODELS: R2Bucket;
  readonly MODEL_KEY: string;
}

let model: Promise<BaselineModel> | undefined;

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    model ??= open(bindings);
    const { run, heapBytes } = await model;
    const states = await run(new Float32Array(await request.arrayBuffer()));
    const body = Float32Array.from(states);
    return new Response(body, { headers: { "X-Wasm-Heap-Bytes": String(heapBytes()) } });
  },
};

async function open({ MODELS, MODEL_KEY }: Bindings): Promise<BaselineModel> {
  const object = await MODELS.get(MODEL_KEY);
  if (object === null) throw new Error(`no object ${MODEL_KEY}`);
  return openBaseline(new Uint8Array(await object.arrayBuffer()), wasm);
}
