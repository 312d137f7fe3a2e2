/** Voices: an embedding of each label of a window, of the frames in which nobody else speaks, by the x-vector pack that a pack names. */
import { normalise } from "../audio/clip/normalise.ts";
import type { LedgerEntry } from "../ledger.ts";
import type { RunOptions } from "../model/engine/engine.ts";
import { headTaps } from "../model/engine/taps/taps.ts";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../model/framing.ts";
import { sigmoid } from "../model/heads/scores.ts";
import type { WindowVoices } from "../model/heads/speakers/match-windows.ts";
import type { Matrix } from "../model/matrix.ts";
import type { XVectors } from "../model/pack/xvectors.ts";

/** The voices of a clip's windows, and the cosine from which on two are of one speaker. */
export interface Voices {
  readonly cosine: number;
  readonly ofWindows: readonly WindowVoices[];
}

/** Who says less alone, within a window, has no embedding. */
const LEAST_SAMPLES = SAMPLE_RATE_HZ;

/** How voices are computed. */
export interface VoiceRun extends Pick<RunOptions, "signal" | "report"> {
  /** Where the samples of one voice are counted. */
  readonly memory?: LedgerEntry | undefined;
  /** The probability from which on somebody speaks. */
  readonly threshold: number;
}

/** A window's own frames: their logits, and the samples from the first of them on, as they were decoded. */
export interface HeardWindow {
  readonly logits: Matrix;
  readonly samples: Float32Array;
}

/**
 * Computes the voices of one window, one after the other: of all together no more samples than the window has.
 * @throws UndertoneError what the engine throws; `overloaded`.
 */
export async function voicesOfWindow(
  { logits, samples }: HeardWindow,
  { engine, head }: XVectors,
  { threshold, memory, ...run }: VoiceRun,
): Promise<WindowVoices> {
  const speakers = aloneByFrame(logits, threshold);
  const least = Math.max(LEAST_SAMPLES, head.minimumSamples);
  const voices: (Float32Array | null)[] = [];
  for (let label = 0; label < logits.columns; label++) {
    const frames = speakers.flatMap((speaker, frame) => (speaker === label ? [frame] : []));
    const bytes = frames.length * HOP_SAMPLES * Float32Array.BYTES_PER_ELEMENT;
    if (frames.length * HOP_SAMPLES < least) {
      voices.push(null);
      continue;
    }
    memory?.hold(bytes);
    try {
      const own = samplesOf(samples, frames);
      const { doNormalize } = engine.manifest.preprocessing;
      const result = await engine.run(doNormalize ? normalise(own) : own, headTaps(head), run);
      voices.push(result.head?.embedding ?? null);
    } finally {
      memory?.set(memory.bytes - bytes);
    }
  }
  return voices;
}

/** By frame, the label that alone speaks; −1 where none does, or several do. */
function aloneByFrame({ rows, columns, data }: Matrix, threshold: number): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const probabilities = sigmoid(data.subarray(row * columns, (row + 1) * columns));
    const speaking = [...probabilities.keys()].filter(
      (label) => (probabilities[label] as number) >= threshold,
    );
    return speaking.length === 1 ? (speaking[0] as number) : -1;
  });
}

/** The samples of frames, each without those that it shares with the next one. */
function samplesOf(samples: Float32Array, frames: readonly number[]): Float32Array {
  const own = new Float32Array(frames.length * HOP_SAMPLES);
  for (const [index, frame] of frames.entries()) {
    const start = frame * HOP_SAMPLES;
    own.set(samples.subarray(start, start + HOP_SAMPLES), index * HOP_SAMPLES);
  }
  return own;
}

/**
 * The voices of all windows of a clip that was computed.
 * @param samples of the whole clip
 * @throws UndertoneError what `voicesOfWindow` throws.
 */
export async function voicesOfClip(
  { logits, windowFrames }: { readonly logits: Matrix; readonly windowFrames: readonly number[] },
  samples: Float32Array,
  xvectors: XVectors,
  run: VoiceRun,
): Promise<Voices> {
  const { columns, data } = logits;
  const ofWindows: WindowVoices[] = [];
  let first = 0;
  for (const rows of windowFrames) {
    const window = {
      rows,
      columns,
      data: data.subarray(first * columns, (first + rows) * columns),
    };
    const own = { logits: window, samples: samples.subarray(first * HOP_SAMPLES) };
    ofWindows.push(await voicesOfWindow(own, xvectors, run));
    first += rows;
  }
  return { cosine: xvectors.cosine, ofWindows };
}
