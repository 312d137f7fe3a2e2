/** A test of the engine where it computes: known numbers of a known clip, its heap, and what the processor offers. */
import type { Backend, HeapDescription } from "../backend/backend.ts";
import type { Engine } from "../engine/engine.ts";
import type { ComputationQueue } from "../engine/queue.ts";
import { numbersEngine, numbersOf, relativeError } from "./probe.ts";
import { PROBE_NUMBERS } from "./probe-numbers.ts";

/** The result of a probe. */
export interface EngineProbe {
  /** Such as `wasm`. */
  readonly backend: string;
  readonly threads: number;
  /** True if memory can be shared between threads here. */
  readonly hasSharedMemory: boolean;
  readonly heap: HeapDescription;
  /** The largest difference from the known numbers, relative to the largest of them; not finite if they are no numbers. */
  readonly relativeError: number;
}

/** Probes the engine; the second time it is as fast as a clip of a quarter of a second. */
export type ProbeEngine = (signal?: AbortSignal) => Promise<EngineProbe>;

/**
 * What rounding to 8 bits may change in the known numbers, which were computed in float64: four times what it does. A product
 * that overflows or a kernel that reads wrong rows changes them by more than a tenth.
 */
export const PROBE_TOLERANCE = 0.03;

/**
 * Prepares the probe of a backend: a chain of one of each segment in q8, so that onnxruntime and all kernels take part.
 * @param queue that of all computations on the backend; weights that are held for them stay
 * @throws UndertoneError (the probe) what `Engine.run` throws.
 */
export function engineProbe(backend: () => Promise<Backend>, queue: ComputationQueue): ProbeEngine {
  const keeping: ComputationQueue = { run: (_, signal, work) => queue.run(null, signal, work) };
  const engines = new WeakMap<Backend, Engine>();

  const engineOf = async (made: Backend): Promise<Engine> => {
    const engine = engines.get(made) ?? (await numbersEngine(made, "q8", keeping));
    engines.set(made, engine);
    return engine;
  };

  return async (signal) => {
    const made = await backend();
    const numbers = await numbersOf(await engineOf(made), signal);
    return {
      backend: made.name,
      threads: made.threads,
      hasSharedMemory: hasSharedMemory(),
      heap: await made.describeHeap(),
      relativeError: relativeError(numbers, PROBE_NUMBERS.fp32),
    };
  };
}

function hasSharedMemory(): boolean {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }) !== null;
  } catch {
    return false;
  }
}
