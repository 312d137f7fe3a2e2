/** Sessions in one heap that is made when it is first needed, and anew after a computation that failed. */
import { UndertoneError } from "../../../errors.ts";
import { once } from "../../../once.ts";
import type { ExecutableStep, HeapDescription, ProgramSession } from "../backend.ts";
import { exerciseKernels } from "../kernels/exercise.ts";
import { callingThread } from "../kernels/runner.ts";
import { HeapExhausted, kernelHeap } from "./heap-memory.ts";
import {
  instantiateWasm,
  type WasmInstance,
  type WasmLimits,
  type WasmModules,
} from "./instance.ts";
import { createInstanceProgram, type InstanceProgram } from "./program-session.ts";

/** The name of the backend. */
export const WASM_NAME = "wasm";

/** A heap and its sessions. */
export interface WasmHeap {
  /** Bytes of it now; 0 before it is made. */
  bytes(): number;
  /** Makes it if it was not made yet. */
  describe(): Promise<HeapDescription>;
  /** @throws UndertoneError `model-memory-exhausted` if the heap cannot hold the session. */
  createSession(steps: readonly ExecutableStep[]): Promise<ProgramSession>;
  /** Makes it ahead of the first session, and has the engine compile the kernels. */
  prepare(): Promise<void>;
  /** Ends its threads and gives it up. */
  close(): Promise<void>;
}

/**
 * Prepares a heap. A computation that failed may have left it damaged or full, so all is instantiated anew for the
 * next one, with a fresh heap and fresh threads; sessions are made again from their programs, which are small.
 */
export function wasmHeap(modules: WasmModules, limits: WasmLimits): WasmHeap {
  let current: WasmInstance | undefined;
  let isClosed = false;

  const instance = once(async (): Promise<WasmInstance> => {
    if (isClosed) throw new Error("this backend was closed");
    current = await instantiateWasm(modules, limits);
    return current;
  });

  const abandon = async (): Promise<void> => {
    current = undefined;
    const abandoned = await instance.forget()?.catch(() => undefined);
    // It may have been made only now.
    if (current === abandoned) current = undefined;
    await abandoned?.stop();
  };

  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      await abandon();
      throw isExhaustion(error) ? exhausted(error) : error;
    }
  };

  return {
    bytes: () => current?.heap.memory.buffer.byteLength ?? 0,
    describe: () =>
      guarded(async () => {
        const { heap, kernelExports } = await instance();
        const { buffer } = heap.memory;
        return {
          bytes: buffer.byteLength,
          maxBytes: heap.maxBytes,
          // workerd does not name the class.
          isShared: Object.prototype.toString.call(buffer) === "[object SharedArrayBuffer]",
          usesRelaxedSimd: kernelExports.usesRelaxedSimd() === 1,
          usesDotProduct: kernelExports.usesDotProduct() === 1,
        };
      }),
    async createSession(steps) {
      let opened: { readonly owner: WasmInstance; readonly program: InstanceProgram } | undefined;
      const program = async (): Promise<InstanceProgram> => {
        const owner = await instance();
        if (opened?.owner !== owner) {
          opened = { owner, program: await createInstanceProgram(owner, steps) };
        }
        return opened.program;
      };
      await guarded(program);
      return {
        async run(...request) {
          const outputs = await guarded(async () => (await program()).run(...request));
          return { outputs, backend: WASM_NAME };
        },
        async release() {
          if (opened !== undefined && opened.owner === current) opened.program.release();
          opened = undefined;
        },
      };
    },
    prepare: () =>
      guarded(async () => {
        const owner = await instance();
        exerciseKernels(callingThread(owner.kernelExports), kernelHeap(owner.heap));
      }),
    async close() {
      isClosed = true;
      await abandon();
    },
  };
}

/** onnxruntime says so in words only. */
function isExhaustion(error: unknown): boolean {
  return (
    error instanceof HeapExhausted || (error instanceof Error && /bad_alloc/.test(error.message))
  );
}

function exhausted(cause: unknown): UndertoneError {
  return new UndertoneError(
    "model-memory-exhausted",
    "The computation ran out of memory and was stopped; send the clip again, or a shorter one.",
    {},
    { cause },
  );
}
