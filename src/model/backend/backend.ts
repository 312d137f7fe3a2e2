/** The contract of a backend: a runtime that executes programs. */
import type { KernelName } from "./kernels/kernels.ts";

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

/** The results of a program's run. */
export interface ProgramResults {
  readonly outputs: Readonly<Record<string, BackendOutput>>;
  /** The backend that computed them, such as `wasm`. */
  readonly backend: string;
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

/** Arrays that outputs may be put into, by name. */
export type OutputPlaces = Readonly<Record<string, Float32Array>>;

/** A program ready to run. */
export interface ProgramSession {
  /**
   * Runs with the named inputs and gives the named outputs, computing nothing that they do not need. The numbers of an output
   * may be put into the array of its name in `places`, which is as long as they are, instead of into a new one.
   */
  run(
    inputs: Readonly<Record<string, BackendTensor>>,
    outputs: readonly string[],
    places?: OutputPlaces,
  ): Promise<ProgramResults>;
  release(): Promise<void>;
}

/** A heap as it was made, and the processor's instructions that its kernels use. */
export interface HeapDescription {
  readonly bytes: number;
  /** The most that it may grow to. */
  readonly maxBytes: number;
  readonly isShared: boolean;
  readonly usesRelaxedSimd: boolean;
  /** True if four products of bytes are one instruction (AVX-VNNI, or ARM's dot product). */
  readonly usesDotProduct: boolean;
}

/** The kinds of steps that programs have. */
export type StepKinds = "kernels" | "onnx" | "mixed";

/** The kinds of some steps, of one program or of all. */
export function stepKinds(steps: readonly object[]): StepKinds {
  const kernels = steps.filter((step) => "kernel" in step).length;
  if (kernels === 0) return "onnx";
  return kernels === steps.length ? "kernels" : "mixed";
}

/** Options of a session. */
export interface SessionOptions {
  /** Of all programs of the pack; by default, of this one. */
  readonly packKinds?: StepKinds;
  /** True if it stays on the processor where there is a GPU: nothing of it was compared with stored numbers there. */
  readonly onProcessor?: boolean;
}

/**
 * A runtime that executes programs. Every one passes the suite of test/contract/backend.ts. One without kernels of ours (such
 * as WebGPU's) refuses programs that have them through `requireOnnxSteps` and runs the others: those of fp32, fp16 and q4
 * packs have ONNX steps only.
 */
export interface Backend {
  /** Such as `wasm`; logs and answers name it. */
  readonly name: string;
  /** Threads of the processor that it computes on, the calling one among them. */
  readonly threads: number;
  /** Bytes of heaps now, which never shrink. */
  heapBytes(): number;
  /** The heap that packs with kernels are computed in; it is made if it was not yet. */
  describeHeap(): Promise<HeapDescription>;
  /** Does ahead what the first session of a pack with kernels would wait for. */
  prepare(): Promise<void>;
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

/** A backend that cannot run everything, and may be gone at any moment. */
export interface DeviceBackend extends Backend {
  /** True if it computes heads and ready exports too, of which there are no stored numbers: it is onnxruntime on the processor. */
  readonly computesExports?: boolean;
  /** True if a program can be run here, with inputs of such types. */
  supports(
    steps: readonly ExecutableStep[],
    inputs: Readonly<Record<string, BackendTensor>>,
  ): boolean;
}
