/** Samples that behave like speech, to calibrate and to measure with where there is no recording. */

import { bellShaped, uniform } from "../../checkpoint/synthetic/random.ts";
import { SAMPLE_RATE_HZ } from "../../framing.ts";

const SYLLABLES_PER_SECOND = 4;
const SYLLABLE_SAMPLES = SAMPLE_RATE_HZ / SYLLABLES_PER_SECOND;
/** Every so many syllables are a pause. */
const PHRASE_SYLLABLES = 9;
const FULL_SCALE_16_BIT = 32_768;
const LOUDEST = 0.5;

/** Lowest and highest centre of three formants, and their bandwidths. */
const FORMANTS = [
  { lowestHz: 280, highestHz: 780, bandwidthHz: 90 },
  { lowestHz: 900, highestHz: 2300, bandwidthHz: 120 },
  { lowestHz: 2200, highestHz: 3100, bandwidthHz: 180 },
] as const;

/**
 * Mono 16 kHz samples, full scale ±1, of syllables of pulses and noise through gliding formants with pauses between
 * phrases; the same on every machine but for the last bits.
 */
export function speechLikeSamples(seconds: number): Float32Array<ArrayBuffer> {
  const length = Math.round(seconds * SAMPLE_RATE_HZ);
  const voice = FORMANTS.reduce(
    (signal, formant, index) => resonate(signal, formant, index),
    excitation(length),
  );
  const peak = voice.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
  const factor = (LOUDEST * FULL_SCALE_16_BIT) / peak;
  return voice.map((value) => Math.round(value * factor) / FULL_SCALE_16_BIT);
}

/** Pulses at a gliding pitch, breath noise, and an envelope that opens and closes with each syllable. */
function excitation(length: number): Float32Array<ArrayBuffer> {
  const noise = bellShaped("speech-like breath", length);
  const signal = new Float32Array(length);
  let phase = 0;
  for (let index = 0; index < length; index++) {
    const syllable = Math.floor(index / SYLLABLE_SAMPLES);
    const position = (index % SYLLABLE_SAMPLES) / SYLLABLE_SAMPLES;
    phase += (130 + 40 * Math.sin((2 * Math.PI * index) / (1.7 * SAMPLE_RATE_HZ))) / SAMPLE_RATE_HZ;
    const isPulse = phase >= 1;
    if (isPulse) phase -= 1;
    const isPause = syllable % PHRASE_SYLLABLES === PHRASE_SYLLABLES - 1;
    const envelope = isPause ? 0.01 : Math.sin(Math.PI * position) ** 2;
    // A syllable begins with a consonant's noise and goes on with a vowel's pulses.
    const breath = position < 0.25 ? 0.5 : 0.03;
    signal[index] = envelope * ((isPulse && position >= 0.25 ? 8 : 0) + breath * noise[index]);
  }
  return signal;
}

type Formant = (typeof FORMANTS)[number];

/** A two-pole resonator whose centre glides from syllable to syllable (Klatt 1980, JASA 67(3), equation 1). */
function resonate(
  signal: Float32Array<ArrayBuffer>,
  { lowestHz, highestHz, bandwidthHz }: Formant,
  index: number,
): Float32Array<ArrayBuffer> {
  const syllables = Math.ceil(signal.length / SYLLABLE_SAMPLES) + 1;
  const places = uniform(`speech-like formant ${index}`, syllables);
  const centreHz = (syllable: number) =>
    lowestHz + ((places[syllable] + 1) / 2) * (highestHz - lowestHz);
  const c = -Math.exp((-2 * Math.PI * bandwidthHz) / SAMPLE_RATE_HZ);
  let last = 0;
  let beforeLast = 0;
  return signal.map((value, sample) => {
    const syllable = Math.floor(sample / SYLLABLE_SAMPLES);
    const position = (sample % SYLLABLE_SAMPLES) / SYLLABLE_SAMPLES;
    const frequencyHz = centreHz(syllable) * (1 - position) + centreHz(syllable + 1) * position;
    const b = 2 * Math.sqrt(-c) * Math.cos((2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ);
    const output = (1 - b - c) * value + b * last + c * beforeLast;
    beforeLast = last;
    last = output;
    return output;
  });
}
