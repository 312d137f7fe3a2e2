/** The WASM backend, the same in every place; each place only says how ort's module is had. */
import * as ort from "onnxruntime-web/wasm";
import { UndertoneError } from "../../errors.ts";
import type { Backend, BackendOutput, BackendTensor, ProgramSession } from "./backend.ts";
import type { HeapMeter } from "./heap.ts";

/** Creates the backend on onnxruntime-web's WASM build, which `env.wasm` was set up for beforehand. */
export function createWasmBackend(heap: HeapMeter): Backend {
  return {
    name: "wasm",
    heapBytes: heap.heapBytes,
    createSession: async (bytes) => {
      const session = await guarded(() => ort.InferenceSession.create(bytes, SESSION_OPTIONS));
      return wasmSession(session);
    },
  };
}

const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = {
  executionProviders: ["wasm"],
  graphOptimizationLevel: "all",
  // An arena would keep each session's peak for itself; plain allocations are given back to all.
  enableCpuMemArena: false,
  enableMemPattern: false,
  logSeverityLevel: 3,
};

function wasmSession(session: ort.InferenceSession): ProgramSession {
  return {
    async run(inputs, outputs) {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, tensor]) => [name, toOrt(tensor)]),
      );
      const results = await guarded(() => session.run(feeds, [...outputs]));
      return Object.fromEntries(outputs.map((name) => [name, fromOrt(results[name])]));
    },
    release: () => session.release(),
  };
}

function toOrt(tensor: BackendTensor): ort.Tensor {
  const shape = [...tensor.shape];
  if (tensor.type === "float32") return new ort.Tensor("float32", tensor.data, shape);
  if (tensor.type === "float64") return new ort.Tensor("float64", tensor.data, shape);
  if (tensor.type === "int8") return new ort.Tensor("int8", tensor.data, shape);
  return new ort.Tensor("int32", tensor.data, shape);
}

function fromOrt(tensor: ort.Tensor): BackendOutput {
  return { shape: tensor.dims, data: tensor.data as Float32Array };
}

/** Tells running out of heap apart from every other failure: ort reports it in words only. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (
      error instanceof Error &&
      /bad_alloc|out of memory|allocate memory|memory access out of bounds/i.test(error.message)
    ) {
      throw new UndertoneError(
        "model-memory-exhausted",
        "The model does not fit into the memory left in this instance; send a shorter clip or try again.",
        {},
        { cause: error },
      );
    }
    throw error;
  }
}
