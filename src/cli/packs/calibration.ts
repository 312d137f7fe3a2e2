/** Calibrating a checkpoint before it is quantized: with the user's clips, or with the built-in ones. */

import { normalise } from "../../audio/clip/normalise.ts";
import { WHOLE_CLIP } from "../../audio/clip.ts";
import { nodeCodecs } from "../../audio/codecs/wasm/node.ts";
import { prepareClip } from "../../audio/prepare.ts";
import { UndertoneError } from "../../errors.ts";
import { createNodeBackend } from "../../model/backend/node/backend.ts";
import { calibrate } from "../../model/build/calibration/calibrate.ts";
import { builtInCalibrationClips } from "../../model/build/calibration/clips.ts";
import { type Activations, PART_PRECISIONS } from "../../model/build/recipe.ts";
import type { Checkpoint } from "../../model/checkpoint/checkpoint.ts";
import { RECEPTIVE_FIELD_SAMPLES } from "../../model/framing.ts";
import type { Calibration } from "../../model/pack/manifest.ts";
import type { Precision } from "../../model/pack/precision.ts";
import { withClipFile } from "../clips/file.ts";
import { type ProgressReport, reportStep } from "../output/progress.ts";

/** They settle within seconds of sound; more would only cost time and memory. */
const MAX_CLIP_SECONDS = 60;

/** Activations of calibration, and the origin of its clips. */
export interface CalibrationResult {
  readonly activations: Activations;
  readonly calibration: Calibration;
}

/**
 * Runs `checkpoint` in float32 over the clips in `files`, or over the built-in ones if there are none, for a pack of `precision`.
 * @throws UndertoneError, naming the file, for every fault of a clip; `clip-too-long` over 60 s.
 */
export async function calibrateCheckpoint(
  checkpoint: Checkpoint,
  files: readonly string[],
  precision: Precision,
  report: ProgressReport,
): Promise<CalibrationResult> {
  const calibration = files.length === 0 ? "built-in" : "given";
  const clips =
    files.length === 0 ? builtInCalibrationClips() : await Promise.all(files.map(readSamples));
  const samples = checkpoint.doNormalize ? clips.map(normalise) : clips;
  // The frontend, the positional embedding and the layers.
  const segmentCount = 2 + checkpoint.config.layerCount;
  const label = `calibrating ${checkpoint.name} with ${calibration} clips`;
  const backend = await createNodeBackend();
  try {
    const activations = await reportStep(report, label, segmentCount, (advance) =>
      calibrate(checkpoint, samples, backend, () => advance(), PART_PRECISIONS[precision]),
    );
    return { activations, calibration };
  } finally {
    // Building comes next, and needs the memory.
    await backend.close();
  }
}

/**
 * Mono samples at 16 kHz of a clip of at most 60 s.
 * @throws UndertoneError, naming the file, for every fault of it.
 */
export function readSamples(path: string): Promise<Float32Array> {
  return withClipFile(path, async (pieces) => {
    const { samples } = await prepareClip(pieces, {
      selection: WHOLE_CLIP,
      limits: { maxClipSeconds: MAX_CLIP_SECONDS, maxDecodedSeconds: MAX_CLIP_SECONDS },
      codecs: nodeCodecs(),
    });
    if (samples.length < RECEPTIVE_FIELD_SAMPLES) throw tooShort(samples.length);
    return samples;
  });
}

function tooShort(sampleCount: number): UndertoneError {
  return new UndertoneError(
    "clip-too-short",
    `It has ${sampleCount} samples at 16 kHz; use clips of ${RECEPTIVE_FIELD_SAMPLES} (0.025 s) or more.`,
    { samples: sampleCount, minimumSamples: RECEPTIVE_FIELD_SAMPLES },
  );
}
