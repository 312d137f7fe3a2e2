/** onnxruntime-web as its users have it: its own front end, its own defaults, one thread. */
import * as ort from "onnxruntime-web/wasm";

/** A whole model: samples in, the last hidden state out. */
export interface BaselineModel {
  run(samples: Float32Array<ArrayBuffer>): Promise<Float32Array>;
  heapBytes(): number;
}

/** Opens the one model of this process or isolate. */
export async function openBaseline(
  bytes: Uint8Array,
  wasm: WebAssembly.Module,
): Promise<BaselineModel> {
  const memories = captureMemories();
  instantiateFrom(wasm);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = new ArrayBuffer(8);
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  return {
    async run(samples) {
      const input = new ort.Tensor("float32", samples, [1, samples.length]);
      const { last_hidden_state } = await session.run({ input_values: input });
      return last_hidden_state.data as Float32Array;
    },
    heapBytes: () => Math.max(...memories.map(({ buffer }) => buffer.byteLength)),
  };
}

/** workerd compiles no WASM from bytes: whatever bytes ort wants to instantiate, it gets the module. */
function instantiateFrom(wasm: WebAssembly.Module): void {
  const builtIn = WebAssembly.instantiate;
  const instantiate = async (_bytes: BufferSource, imports?: WebAssembly.Imports) => ({
    module: wasm,
    instance: await builtIn(wasm, imports),
  });
  WebAssembly.instantiate = instantiate as typeof WebAssembly.instantiate;
}

function captureMemories(): WebAssembly.Memory[] {
  const memories: WebAssembly.Memory[] = [];
  const BuiltIn = WebAssembly.Memory;
  WebAssembly.Memory = class extends BuiltIn {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  } as typeof WebAssembly.Memory;
  return memories;
}
