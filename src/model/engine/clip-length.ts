/** The shortest clip that a model takes. */
import { UndertoneError } from "../../errors.ts";
import { RECEPTIVE_FIELD_SAMPLES, SAMPLE_RATE_HZ } from "../framing.ts";
import type { Taps } from "./taps/taps.ts";

/**
 * Checks that a clip has a frame, and the samples that the head needs.
 * @throws UndertoneError `clip-too-short` with the minimum.
 */
export function requireLength({ length }: Float32Array, { head }: Taps): void {
  const minimumSamples = head?.minimumSamples ?? RECEPTIVE_FIELD_SAMPLES;
  if (length >= minimumSamples) return;
  const purpose = head === null ? "for one frame" : `by this model's head (${head.kind})`;
  throw new UndertoneError(
    "clip-too-short",
    `The clip has ${length} samples at 16 kHz; at least ${minimumSamples} (${minimumSamples / SAMPLE_RATE_HZ} s) are needed ${purpose}.`,
    { samples: length, minimumSamples },
  );
}
