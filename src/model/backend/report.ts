/** The backend of a runtime, as answers and logs report it. */

/** Backends that `UNDERTONE_BACKEND` can force. */
export const BACKENDS = ["wasm", "webgpu", "native", "cuda"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** A backend that is not used, and why. */
export interface SetAside {
  readonly backend: BackendName;
  readonly reason: string;
}

/** Properties of an adapter. */
export interface AdapterReport {
  readonly vendor: string;
  readonly description: string;
  /** True if shaders compute in float16. */
  readonly hasFloat16: boolean;
  readonly maxBufferBytes: number;
  /** True if it is the processor in a GPU's place, such as SwiftShader; WASM is faster there. */
  readonly isSoftware: boolean;
}

/** The backend as /v1/models describes it. */
export interface BackendReport {
  readonly backend: string;
  /** Threads of the processor. */
  readonly threads: number;
  /** The GPU in use, if WebGPU is. */
  readonly adapter: AdapterReport | null;
  readonly setAside: readonly SetAside[];
  /** Number of times that the device was lost during a computation. */
  readonly losses: number;
}
