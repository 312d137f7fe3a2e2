/** The way of one clip: bytes in, named feature tensors out; the endpoint and the command line both call it. */
import type { Pieces } from "../../audio/bytes/source.ts";
import { normalise } from "../../audio/clip/normalise.ts";
import { quietFrames } from "../../audio/clip/quiet.ts";
import type { ClipLimits } from "../../audio/clip.ts";
import type { CodecModules } from "../../audio/codecs/wasm/modules.ts";
import { type PreparedClip, prepareClip } from "../../audio/prepare.ts";
import type { WavLMConfig } from "../../model/config.ts";
import type { Engine, EngineResult, RunOptions } from "../../model/engine/engine.ts";
import { pool } from "../../model/engine/taps/pooling.ts";
import type { Taps } from "../../model/engine/taps/taps.ts";
import type { Collected } from "../../model/engine/windows/collector.ts";
import { freeMatrix, type Matrix } from "../../model/matrix.ts";
import type { ComputedClip, Features } from "../../results/computed.ts";
import { describeModel } from "./describe-model.ts";
import type { FeaturePlan } from "./plan.ts";
import { isSilent, silentClip } from "./silence.ts";

/** The codecs and limits that clips are decoded with. */
export interface ClipReading {
  readonly limits: ClipLimits;
  readonly codecs: CodecModules;
}

/**
 * Decodes a clip as it arrives and computes its features.
 * @param engine that of the plan's pack
 * @throws UndertoneError for every fault of the clip; see errors.ts.
 */
export async function featurize(
  clip: Pieces,
  engine: Engine,
  plan: FeaturePlan,
  reading: ClipReading,
  run: RunOptions = {},
): Promise<Features> {
  const abort = run.signal === undefined ? {} : { signal: run.signal };
  const prepared = await prepareClip(clip, { ...reading, ...abort, selection: plan.selection });
  return featurizePrepared(prepared, engine, plan, run);
}

/**
 * Computes and pools features of a clip.
 * @param engine that of the plan's pack
 * @throws UndertoneError what the engine throws.
 */
export async function featurizePrepared(
  prepared: PreparedClip,
  engine: Engine,
  { taps, pool: kind, skipsSilence }: FeaturePlan,
  run: RunOptions = {},
): Promise<Features> {
  const { result, ...computed } = await computePrepared(prepared, engine, taps, {
    ...run,
    skipsSilence,
  });
  const matrices = namedMatrices(result);
  const tensors = matrices.map(([name, matrix]) => ({
    name,
    ...pool(matrix, kind, result.windowFrames),
  }));
  // Only now: one matrix may have two names.
  if (kind !== "none") for (const [, matrix] of matrices) freeMatrix(matrix);
  return { ...computed, tensors };
}

/** Options of a run, and whether windows of silence are left out. */
export interface ClipRun extends Omit<RunOptions, "quiet"> {
  readonly skipsSilence?: boolean;
}

/**
 * Normalises a clip if the pack wants it, and runs the model.
 * @throws UndertoneError what the engine throws; `clip-silent` as `requireSound`.
 */
export async function computePrepared(
  prepared: PreparedClip,
  engine: Engine,
  taps: Taps,
  { skipsSilence = false, ...run }: ClipRun = {},
): Promise<ComputedClip & { readonly result: EngineResult }> {
  const { doNormalize } = engine.manifest.preprocessing;
  const quiet = skipsSilence ? quietFrames(prepared.samples) : undefined;
  if (quiet !== undefined && isSilent(quiet, prepared.samples.length))
    return silentClip(prepared, engine, taps);
  const samples = doNormalize ? normalise(prepared.samples) : prepared.samples;
  const result = await engine.run(samples, taps, { ...run, quiet });
  return {
    ...describeModel(engine),
    ...(quiet && { silent: result.silent }),
    audio: prepared.info,
    frames: result.frames,
    windows: result.windows,
    backend: result.backend,
    timings: { ...prepared.timings, ...result.timings },
    memory: result.memory,
    result,
  };
}

/** The names and widths of the tensors that a model gives for taps, in the order of answers. */
export function namedWidths(
  { hiddenStates, lastHiddenState, extractFeatures, layerSum }: Taps,
  { hiddenSize, convDim }: WavLMConfig,
): { readonly name: string; readonly width: number }[] {
  const states = hiddenStates.map((index) => `hidden_states.${index}`);
  return [
    ...states.map((name) => ({ name, width: hiddenSize })),
    ...(lastHiddenState ? [{ name: "last_hidden_state", width: hiddenSize }] : []),
    ...(extractFeatures
      ? [{ name: "extract_features", width: convDim[convDim.length - 1] as number }]
      : []),
    ...(layerSum !== null ? [{ name: "weighted", width: hiddenSize }] : []),
  ];
}

/** The tensors of a run, by name, in the order of answers. */
export function namedMatrices(result: Collected): [string, Matrix][] {
  const named: [string, Matrix][] = [...result.hiddenStates].map(([index, matrix]) => [
    `hidden_states.${index}`,
    matrix,
  ]);
  if (result.lastHiddenState !== null) named.push(["last_hidden_state", result.lastHiddenState]);
  if (result.extractFeatures !== null) named.push(["extract_features", result.extractFeatures]);
  if (result.layerSum !== null) named.push(["weighted", result.layerSum]);
  return named;
}
