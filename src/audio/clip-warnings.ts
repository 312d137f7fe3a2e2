/** What is odd about a clip and does not keep it from being computed. */
import type { ClipWarning } from "./clip.ts";

/** −60 dB of full scale: a recording in which anyone speaks is louder somewhere. */
const SILENCE_PEAK = 1e-3;

/** What was noticed while a clip was decoded. */
export interface ClipFindings {
  readonly clippedSamples: number;
  /** Where the file broke off, in seconds from its start; null if it is whole. */
  readonly damagedAfterSeconds: number | null;
  /** Mono, as they go into the model. */
  readonly samples: Float32Array;
}

/** The warnings that an answer carries, each with a sentence for people. */
export function clipWarnings(findings: ClipFindings): ClipWarning[] {
  const { clippedSamples, damagedAfterSeconds: seconds, samples } = findings;
  const warnings: ClipWarning[] = [];
  if (seconds !== null) {
    warnings.push({
      code: "truncated",
      detail: `The file breaks off or is damaged; the first ${seconds.toFixed(3)} s of it were decoded.`,
      seconds,
    });
  }
  if (clippedSamples > 0) {
    warnings.push({
      code: "clipped",
      detail: `${clippedSamples} samples lie at full scale in runs of three or more: the recording was too loud.`,
      samples: clippedSamples,
    });
  }
  if (samples.every((sample) => Math.abs(sample) < SILENCE_PEAK)) {
    warnings.push({
      code: "silence",
      detail: "Nothing in it is louder than -60 dB of full scale: it may be silence.",
    });
  }
  return warnings;
}
