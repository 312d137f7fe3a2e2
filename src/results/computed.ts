/** Computed clips. `undertone/browser` exports these types, so they import nothing but types like them. */
import type { ClipInfo } from "../audio/clip.ts";
import type { EngineMemory } from "../model/engine/memory/held.ts";
import type { FrameSpan } from "../model/engine/windows/quiet.ts";
import type { PackPrecision } from "../model/pack/precision.ts";

/** One computed tensor, row-major: [frames, width], or [width] once pooled ([2 · width] for mean_std). */
export interface FeatureTensor {
  /** `hidden_states.12`, `last_hidden_state`, `extract_features` or `weighted`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The pack that made an answer. */
export interface ModelStamp {
  readonly id: string;
  readonly precision: PackPrecision;
  /** SHA-256 of the pack's manifest. */
  readonly packDigest: string;
  readonly weights: "checkpoint" | "synthetic";
}

/** Milliseconds spent in each stage. */
export interface StageTimings {
  /** Waiting for a turn to compute. */
  readonly queueMs: number;
  readonly decodeMs: number;
  readonly resampleMs: number;
  readonly modelLoadMs: number;
  readonly frontendMs: number;
  readonly layersMs: number;
}

/** The facts about a computed clip that every task has. */
export interface ComputedClip {
  readonly model: ModelStamp;
  readonly audio: ClipInfo;
  /** Those that were computed. */
  readonly frames: number;
  /** Frames of silence that were left out, if that was asked for: the tensors are without them. */
  readonly silent?: readonly FrameSpan[] | undefined;
  readonly frameStrideSeconds: number;
  /** The number of overlapping windows; 1 for a clip that was computed as a whole. */
  readonly windows: number;
  /** The backend, such as `wasm`; `webgpu+wasm` if both computed, as where a device was lost. */
  readonly backend: string;
  readonly timings: StageTimings;
  readonly memory: EngineMemory;
}

/** Everything known of a featurized clip. */
export interface Features extends ComputedClip {
  /** Hidden states in ascending order, then last_hidden_state, extract_features and weighted. */
  readonly tensors: readonly FeatureTensor[];
}

/** Features without timings and memory, as they are stored. */
export type KeptFeatures = Omit<Features, "timings" | "memory">;
