/** The way of one clip: bytes in, named feature tensors out; the endpoint and the command line both call it. */
import type { Pieces } from "./audio/byte-source.ts";
import type { ClipInfo, ClipLimits, ClipSelection } from "./audio/clip.ts";
import type { CodecModules } from "./audio/codecs/codec-modules.ts";
import { normalise } from "./audio/normalise.ts";
import { type PreparedClip, prepareClip } from "./audio/prepare.ts";
import type { Engine, EngineMemory, EngineResult, RunOptions } from "./model/engine.ts";
import { HOP_SAMPLES } from "./model/frontend.ts";
import { type LayerSelection, resolveTaps } from "./model/layers.ts";
import type { Matrix } from "./model/matrix.ts";
import { type Pool, pool } from "./model/pooling.ts";

/** What to compute of a clip. */
export interface FeatureOptions extends ClipSelection {
  readonly layers: LayerSelection;
  readonly pool: Pool;
}

/** What clips are decoded with, and how far. */
export interface ClipReading {
  readonly limits: ClipLimits;
  readonly codecs: CodecModules;
}

/** One computed tensor, row-major: [frames, width], or [width] once pooled ([2 · width] for mean_std). */
export interface FeatureTensor {
  /** `hidden_states.12`, `last_hidden_state` or `extract_features`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Which pack made an answer. */
export interface ModelStamp {
  readonly id: string;
  readonly precision: string;
  /** SHA-256 of the pack's manifest. */
  readonly packDigest: string;
  readonly weights: "checkpoint" | "synthetic";
}

/** Milliseconds spent in each stage. */
export interface StageTimings {
  readonly decodeMs: number;
  readonly resampleMs: number;
  readonly modelLoadMs: number;
  readonly frontendMs: number;
  readonly layersMs: number;
}

/** Everything known of a featurized clip. */
export interface Features {
  readonly model: ModelStamp;
  readonly audio: ClipInfo;
  readonly frames: number;
  readonly frameStrideSeconds: number;
  /** How many overlapping windows were stitched; 1 for a clip that was computed as a whole. */
  readonly windows: number;
  /** What computed it, such as `wasm`; `webgpu+wasm` if a device was lost in the middle. */
  readonly backend: string;
  /** Hidden states in ascending order, then last_hidden_state, then extract_features. */
  readonly tensors: readonly FeatureTensor[];
  readonly timings: StageTimings;
  readonly memory: EngineMemory;
}

/** What stays of features once they are known: how long they took is nobody's business any more. */
export type KeptFeatures = Omit<Features, "timings" | "memory">;

/**
 * Decodes a clip as it arrives and computes its features.
 * @throws UndertoneError for every fault of the clip or the options; see errors.ts.
 */
export async function featurize(
  clip: Pieces,
  engine: Engine,
  options: FeatureOptions,
  reading: ClipReading,
  run: RunOptions = {},
): Promise<Features> {
  const abort = run.signal === undefined ? {} : { signal: run.signal };
  const prepared = await prepareClip(clip, { ...reading, ...abort, selection: options });
  return featurizePrepared(prepared, engine, options, run);
}

/**
 * Normalises a clip if the pack wants it, runs the model and pools.
 * @throws UndertoneError `layer-out-of-range` and what the engine throws.
 */
export async function featurizePrepared(
  prepared: PreparedClip,
  engine: Engine,
  options: FeatureOptions,
  run: RunOptions = {},
): Promise<Features> {
  const { manifest } = engine;
  const taps = resolveTaps(options.layers, manifest.architecture.layerCount);
  const { doNormalize, sampleRateHz } = manifest.preprocessing;
  const samples = doNormalize ? normalise(prepared.samples) : prepared.samples;
  const result = await engine.run(samples, taps, run);
  return {
    model: {
      id: manifest.id,
      precision: manifest.precision,
      packDigest: engine.packDigest,
      weights: manifest.weights,
    },
    audio: prepared.info,
    frames: result.frames,
    frameStrideSeconds: HOP_SAMPLES / sampleRateHz,
    windows: result.windows,
    backend: result.backend,
    tensors: namedMatrices(result).map(([name, matrix]) => ({
      name,
      ...pool(matrix, options.pool),
    })),
    timings: { ...prepared.timings, ...result.timings },
    memory: result.memory,
  };
}

function namedMatrices(result: EngineResult): [string, Matrix][] {
  const named: [string, Matrix][] = [...result.hiddenStates].map(([index, matrix]) => [
    `hidden_states.${index}`,
    matrix,
  ]);
  if (result.lastHiddenState !== null) named.push(["last_hidden_state", result.lastHiddenState]);
  if (result.extractFeatures !== null) named.push(["extract_features", result.extractFeatures]);
  return named;
}
