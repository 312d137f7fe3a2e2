/** Sounds that calibrate a model where the user gives none. */

import { uniform } from "../../checkpoint/synthetic/random.ts";
import { SAMPLE_RATE_HZ } from "../../framing.ts";
import { joined } from "../weights/rearrange.ts";
import { speechLikeSamples } from "./speech-like.ts";

/**
 * Mono 16 kHz clips, full scale ±1: speech-like sound, a medley with noise, near silence and tones, and noise and a tone alone.
 * The odd ones matter: speech alone leaves channels unseen that a pause or a hum drives far beyond it.
 */
export function builtInCalibrationClips(): Float32Array[] {
  const medley = [
    speechLikeSamples(1),
    noise(0.5, 0.1),
    noise(0.25, 0.003),
    tone(0.25, 150, 0.2),
    tone(0.25, 1200, 0.1),
    tone(0.25, 5000, 0.1),
  ];
  return [speechLikeSamples(2.5), joined(medley), noise(0.5, 0.1), tone(0.5, 200, 0.2)];
}

function noise(seconds: number, level: number): Float32Array {
  return uniform("calibration noise", Math.round(seconds * SAMPLE_RATE_HZ)).map(
    (value) => level * value,
  );
}

function tone(seconds: number, frequencyHz: number, level: number): Float32Array {
  const step = (2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ;
  return Float32Array.from(
    { length: Math.round(seconds * SAMPLE_RATE_HZ) },
    (_, index) => level * Math.sin(step * index),
  );
}
