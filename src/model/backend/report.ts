/** What a place computes with, as answers and logs tell it. */

/** Backends that `UNDERTONE_BACKEND` can force. */
export const BACKENDS = ["wasm", "webgpu"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** A backend that is not used, and why. */
export interface SetAside {
  readonly backend: BackendName;
  readonly reason: string;
}

/** What was found out about an adapter. */
export interface AdapterReport {
  readonly vendor: string;
  readonly description: string;
  /** Whether shaders compute in float16. */
  readonly hasFloat16: boolean;
  readonly maxBufferBytes: number;
  /** Whether it is the processor in a GPU's place, such as SwiftShader; WASM is faster there. */
  readonly isSoftware: boolean;
}

/** What /v1/models says of the backend. */
export interface BackendReport {
  readonly backend: string;
  /** Of the processor. */
  readonly threads: number;
  readonly adapter: AdapterReport | null;
  readonly setAside: readonly SetAside[];
  /** How often the device was lost in the middle of a computation. */
  readonly losses: number;
}
