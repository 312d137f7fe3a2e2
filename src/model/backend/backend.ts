/** What the engine needs of a runtime that executes programs. */
import type { KernelName } from "./kernels/kernel-names.ts";

/** A tensor in plain memory, row-major. */
export type BackendTensor = TensorValues & {
  /** The object stands for the same numbers as long as it lives, so a device may keep its own copy of them. */
  readonly isConstant?: boolean;
};

type TensorValues =
  | { readonly type: "float32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: "float64"; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly type: "int8"; readonly shape: readonly number[]; readonly data: Int8Array }
  | { readonly type: "int32"; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly type: "uint8"; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly type: "float16"; readonly shape: readonly number[]; readonly data: Uint16Array };

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
   * Makes a session of a program's steps; a pack whose programs need the engine's own kernels is computed in one place, where
   * they are.
   * @throws UndertoneError `model-memory-exhausted` if the heap cannot hold it.
   */
  createSession(
    steps: readonly ExecutableStep[],
    pack?: { readonly needsKernels: boolean },
  ): Promise<ProgramSession>;
  /** Ends its threads and gives its memory up; nothing can be computed any more. */
  close(): Promise<void>;
  /** Names of those that computed since it was last asked, in order; left out where it can only be `name`. */
  takeUsed?(): string[];
}

/** A backend that cannot run everything, and may be gone at any moment. */
export interface DeviceBackend extends Backend {
  /** Whether a program can be run here, with inputs of such types. */
  suits(steps: readonly ExecutableStep[], inputs: Readonly<Record<string, BackendTensor>>): boolean;
}
