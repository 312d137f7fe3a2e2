/** Clips that are silent all through, of which nothing is computed where silence is left out. */
import type { PreparedClip } from "../../audio/prepare.ts";
import { UndertoneError } from "../../errors.ts";
import type { Engine, EngineResult } from "../../model/engine/engine.ts";
import type { Taps } from "../../model/engine/taps/taps.ts";
import { isHeard } from "../../model/engine/windows/quiet.ts";
import { frameCount } from "../../model/framing.ts";
import type { ComputedClip } from "../../results/computed.ts";
import { describeModel } from "./describe-model.ts";

/** What is said to have computed nothing. */
export const NO_BACKEND = "none";

/** True if a clip has frames for a model, and all of them are quiet. */
export function isSilent(quiet: Uint8Array, sampleCount: number): boolean {
  const frames = frameCount(sampleCount);
  return frames > 0 && !isHeard({ first: 0, count: frames }, quiet);
}

/**
 * Checks that something can be said of a clip without sound: silence has a transcript, which is empty.
 * @throws UndertoneError `clip-silent`.
 */
export function requireSound({ head }: Taps): void {
  if (head?.kind === "ctc") return;
  throw new UndertoneError(
    "clip-silent",
    "The clip is silent all through, and silence is left out: nothing would be computed. Leave `skip_silence` out to have it computed all the same.",
  );
}

/**
 * A silent clip of which nothing was computed.
 * @throws UndertoneError `clip-silent` as `requireSound`.
 */
export function silentClip(
  { info, samples, timings }: PreparedClip,
  engine: Engine,
  taps: Taps,
): ComputedClip & { readonly result: EngineResult } {
  requireSound(taps);
  const counts = { frames: 0, windows: 0, backend: NO_BACKEND };
  const silent = [{ firstFrame: 0, frames: frameCount(samples.length) }];
  const memory = {
    ...{ wasmHeapBytes: 0, heldBufferBytes: 0, residentWeightBytes: 0, readWeightBytes: 0 },
  };
  const times = { queueMs: 0, modelLoadMs: 0, frontendMs: 0, layersMs: 0 };
  return {
    ...describeModel(engine),
    ...counts,
    audio: info,
    silent,
    memory,
    timings: { ...timings, ...times },
    result: { ...counts, ...NOTHING, silent, memory, timings: times },
  };
}

const NOTHING = {
  hiddenStates: new Map<never, never>(),
  lastHiddenState: null,
  extractFeatures: null,
  layerSum: null,
  head: null,
  windowFrames: [],
};
