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

/** One step of a program: an ONNX file, or one of the engine's own kernels. */
export type ExecutableStep =
  | {
      readonly onnx: Uint8Array<ArrayBuffer>;
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
    }
  | {
      readonly kernel: KernelName;
      readonly attributes: Readonly<Record<string, number>>;
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
    };

/** A program ready to run. */
export interface ProgramSession {
  /** Runs with the named inputs and gives the named outputs, computing nothing that they do not need. */
  run(
    inputs: Readonly<Record<string, BackendTensor>>,
    outputs: readonly string[],
  ): Promise<Record<string, BackendOutput>>;
  release(): Promise<void>;
}

/** A runtime that executes programs. */
export interface Backend {
  /** Such as `wasm`. */
  readonly name: string;
  /** Bytes of the heap now; it never shrinks. */
  heapBytes(): number;
  /**
   * Makes a session of a program's steps.
   * @throws UndertoneError `model-memory-exhausted` if the heap cannot hold it.
   */
  createSession(steps: readonly ExecutableStep[]): Promise<ProgramSession>;
}
