/** One instance of onnxruntime-web's WASM build, with a heap of its own that is bounded and can be thrown away. Long because it types the exports that are used. */
import createGlue from "onnxruntime-web/ort-wasm-simd-threaded.mjs";
import { watchWorkers } from "./threads.ts";

/**
 * Functions of onnxruntime's WASM and its emscripten glue (onnxruntime-web, lib/wasm/wasm-types.ts). Its JavaScript
 * front end is left out: it can be initialised once per process only and writes to address 0 when its heap is full.
 */
export interface OrtExports {
  _malloc(bytes: number): number;
  _free(address: number): void;
  getValue(address: number, type: "i32" | "*"): number;
  setValue(address: number, value: number, type: "i32" | "*"): void;
  UTF8ToString(address: number): string;
  _OrtInit(threads: number, logLevel: number): number;
  _OrtGetLastError(codeAddress: number, messageAddress: number): number;
  _OrtCreateSessionOptions(
    graphOptimizationLevel: number,
    enableCpuMemArena: boolean,
    enableMemPattern: boolean,
    executionMode: number,
    enableProfiling: boolean,
    profileFilePrefix: number,
    logId: number,
    logSeverityLevel: number,
    logVerbosityLevel: number,
    optimizedModelFilePath: number,
  ): number;
  _OrtReleaseSessionOptions(options: number): number;
  _OrtCreateSession(bytes: number, length: number, options: number): number | Promise<number>;
  _OrtReleaseSession(session: number): number;
  _OrtCreateTensor(
    type: number,
    data: number,
    bytes: number,
    dimensions: number,
    dimensionCount: number,
    location: number,
  ): number;
  _OrtGetTensorData(
    tensor: number,
    type: number,
    data: number,
    dimensions: number,
    dimensionCount: number,
  ): number;
  _OrtReleaseTensor(tensor: number): number;
  _OrtFree(address: number): number;
  _OrtRun(
    session: number,
    inputNames: number,
    inputs: number,
    inputCount: number,
    outputNames: number,
    outputCount: number,
    outputs: number,
    options: number,
  ): number | Promise<number>;
}

/** An instance, its memory and its threads. */
export interface Ort extends OrtExports {
  /** Other threads may make it grow, so views of its buffer are made anew for each use. */
  readonly memory: WebAssembly.Memory;
  /** The most bytes that it may have. */
  readonly maxHeapBytes: number;
  /** Ends its threads; nothing can be computed any more. */
  stop(): Promise<void>;
}

const PAGE_BYTES = 65_536;
const LOG_FATAL = 4;

/** The memory that onnxruntime's glue asks for, so that no other one is mistaken for it. */
const ORT_MEMORY = { initial: 256, maximum: 65_536 };

/** Globals are replaced while an instance is made, so one is made at a time. */
let previous: Promise<unknown> = Promise.resolve();

/** onnxruntime's WASM, and whether the memory that it imports is shared. */
export interface OrtModule {
  readonly ort: WebAssembly.Module;
  readonly isShared: boolean;
}

/** Limits of an instance. */
export interface OrtLimits {
  readonly maxHeapBytes: number;
  /** The calling one among them; more than one need a shared memory. */
  readonly threads: number;
}

/**
 * Instantiates onnxruntime with a heap of at most `maxHeapBytes`, so that an allocation that cannot be met is an error and not
 * the end of the isolate.
 */
export function instantiateOrt(module: OrtModule, limits: OrtLimits): Promise<Ort> {
  const instance = previous.then(() => instantiate(module, limits));
  previous = instance.catch(() => {});
  return instance;
}

async function instantiate(
  { ort: wasm, isShared }: OrtModule,
  { maxHeapBytes, threads }: OrtLimits,
): Promise<Ort> {
  const memories: WebAssembly.Memory[] = [];
  const maximum = Math.min(ORT_MEMORY.maximum, Math.floor(maxHeapBytes / PAGE_BYTES));
  const restoreMemory = boundMemory(maximum, isShared, memories);
  const restoreAtomics = isShared ? () => {} : hideWaiting();
  const workers = threads > 1 ? watchWorkers() : null;
  const stop = async () => workers?.stop();
  try {
    const exports = await createGlue({
      numThreads: threads,
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(wasm, imports).then((instance) => done(instance, wasm));
        return {};
      },
    });
    if (exports._OrtInit(threads, LOG_FATAL) !== 0)
      throw new Error("onnxruntime could not be initialised");
    const [memory] = memories;
    if (memory === undefined) throw new Error("onnxruntime asked for another memory than expected");
    return Object.assign(exports, { memory, maxHeapBytes: maximum * PAGE_BYTES, stop });
  } catch (error) {
    await stop();
    throw error;
  } finally {
    workers?.release();
    restoreAtomics();
    restoreMemory();
  }
}

/**
 * The glue makes its memory itself: lower the maximum of what it asks for, and keep it. Where nothing is shared, it gets no
 * shared memory at all; it asks for an empty one to learn the class of shared buffers.
 */
function boundMemory(
  maximum: number,
  isShared: boolean,
  memories: WebAssembly.Memory[],
): () => void {
  const BuiltIn = WebAssembly.Memory;
  class BoundedMemory extends BuiltIn {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      const isOrt =
        descriptor.initial === ORT_MEMORY.initial && descriptor.maximum === ORT_MEMORY.maximum;
      const shared = isShared && (descriptor.shared ?? false);
      super(isOrt ? { ...descriptor, maximum, shared } : { ...descriptor, shared });
      if (isOrt) memories.push(this);
    }
  }
  WebAssembly.Memory = BoundedMemory as typeof WebAssembly.Memory;
  return () => {
    WebAssembly.Memory = BuiltIn;
  };
}

/** Where `Atomics.waitAsync` exists, the glue waits by it for messages of other threads, which an unshared memory refuses. */
function hideWaiting(): () => void {
  const waiting = Object.getOwnPropertyDescriptor(Atomics, "waitAsync");
  if (waiting === undefined) return () => {};
  Reflect.deleteProperty(Atomics, "waitAsync");
  return () => {
    Object.defineProperty(Atomics, "waitAsync", waiting);
  };
}
