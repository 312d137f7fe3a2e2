/** What the engine needs of a runtime that executes programs. */
import type { KernelName } from "./kernels/kernel-names.ts";

/** A tensor in plain memory, row-major. */
export type BackendTensor =
  | { readonly type: "float32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: "float64"; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly type: "int8"; readonly shape: readonly number[]; readonly data: Int8Array }
  | { readonly type: "int32"; readonly shape: readonly number[]; readonly data: Int32Array };

/** A float32 result; `data` is the caller's to keep. */
export interface BackendOutput {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A step that is an ONNX file. */
export interface OnnxStep {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A step that is one of the engine's own kernels. */
export interface KernelStep {
  readonly kernel: KernelName;
  readonly attributes: Readonly<Record<string, number>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** One step of a program. */
export type ExecutableStep = OnnxStep | KernelStep;

/** A program ready to run. */
export interface ProgramSession {
  /** Runs with the named inputs and gives the named outputs, computing nothing that they do not need. */
  run(
    inputs: Readonly<Record<string, BackendTensor>>,
    outputs: readonly string[],
  ): Promise<Record<string, BackendOutput>>;
  release(): Promise<void>;
}

/** How a session is used. */
export interface SessionOptions {
  /** Whether any program of the same pack has kernels; if left out, whether this one has. */
  readonly besideKernels?: boolean;
}

/**
 * A runtime that executes programs. Every one passes the suite of test/contract/backend.ts. One without kernels of ours (such
 * as WebGPU's) refuses programs that have them through `requireOnnxSteps` and runs the others: those of fp32, fp16 and q4
 * packs have ONNX steps only.
 */
export interface Backend {
  /** Such as `wasm`; logs and answers name it. */
  readonly name: string;
  /** Bytes of heaps now, which never shrink. */
  heapBytes(): number;
  /**
   * Makes a session of a program's steps.
   * @throws UndertoneError `model-memory-exhausted` if the heap cannot hold it, `pack-unsupported` if it has a kernel that the
   *   backend lacks.
   */
  createSession(
    steps: readonly ExecutableStep[],
    options?: SessionOptions,
  ): Promise<ProgramSession>;
  /** Ends its threads and gives its memory up; nothing can be computed any more. */
  close(): Promise<void>;
}
