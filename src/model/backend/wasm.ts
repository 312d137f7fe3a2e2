/** The WASM backend, the same in every place; each place only says how its modules are had. */
import { UndertoneError } from "../../errors.ts";
import type { Backend, ProgramSession } from "./backend.ts";
import { HeapExhausted } from "./ort-heap.ts";
import { createInstanceProgram, type InstanceProgram } from "./program-session.ts";
import { instantiateWasm, type WasmInstance, type WasmModules } from "./wasm-instance.ts";

/**
 * Creates the backend. A computation that failed may have left the heap damaged or full, so onnxruntime is instantiated anew
 * for the next one, with a fresh heap; sessions are made again from their programs, which are small.
 */
export function createWasmBackend(modules: WasmModules, maxHeapBytes: number): Backend {
  let current: Promise<WasmInstance> | undefined;
  let heap: WasmInstance | undefined;

  const instance = (): Promise<WasmInstance> => {
    current ??= instantiateWasm(modules, maxHeapBytes).then((made) => {
      heap = made;
      return made;
    });
    return current;
  };

  const discard = (error: unknown): UndertoneError | unknown => {
    current = undefined;
    heap = undefined;
    return isExhaustion(error) ? exhausted(error) : error;
  };

  return {
    name: "wasm",
    heapBytes: () => heap?.heapBytes() ?? 0,
    async createSession(steps): Promise<ProgramSession> {
      let made: { readonly owner: WasmInstance; readonly session: InstanceProgram } | undefined;
      const session = async (): Promise<InstanceProgram> => {
        const owner = await instance();
        if (made?.owner !== owner) {
          made = { owner, session: await createInstanceProgram(owner, steps) };
        }
        return made.session;
      };
      const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
        try {
          return await work();
        } catch (error) {
          throw discard(error);
        }
      };
      await guarded(session);
      return {
        run: (inputs, outputs) => guarded(async () => (await session()).run(inputs, outputs)),
        async release() {
          if (made !== undefined && made.owner === heap) made.session.release();
          made = undefined;
        },
      };
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
