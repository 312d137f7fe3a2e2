/** Compares a quantized model with the same one in float32, clip by clip. */

import { speechLikeSamples } from "../build/calibration/speech-like.ts";
import type { Engine } from "../engine/engine.ts";
import { resolveTaps } from "../engine/taps/resolve.ts";
import { headTaps, type Taps } from "../engine/taps/taps.ts";
import { SAMPLE_RATE_HZ } from "../framing.ts";
import type { Accuracy } from "../pack/accuracy.ts";
import { compareHeads } from "./head-agreement.ts";
import { compareLayers } from "./layer-error.ts";

/** Speech-like sound that calibration has not heard: three clips of two seconds, mono, 16 kHz. */
export function builtInAccuracyClips(): Float32Array[] {
  const samples = speechLikeSamples(9);
  return [3, 5, 7].map((start) =>
    samples.slice(start * SAMPLE_RATE_HZ, (start + 2) * SAMPLE_RATE_HZ),
  );
}

/**
 * Runs both engines over clips, which have been normalised if the model wants it.
 * @throws UndertoneError what the engines throw.
 */
export async function measureAccuracy(
  engine: Engine,
  reference: Engine,
  clips: readonly Float32Array[],
  onClip: () => void = () => {},
): Promise<Omit<Accuracy, "audio">> {
  const { architecture, heads } = engine.manifest;
  const head = heads[0];
  const taps = everything(engine);
  const layers = Array.from({ length: architecture.layerCount + 1 }, () =>
    compareLayers(architecture.hiddenSize),
  );
  const headComparison = head && compareHeads(head);
  for (const samples of clips) {
    const actual = await engine.run(samples, taps);
    const expected = await reference.run(samples, taps);
    for (const [index, matrix] of expected.hiddenStates) {
      const own = actual.hiddenStates.get(index);
      if (own !== undefined) layers[index].add(own, matrix);
    }
    if (actual.head && expected.head) headComparison?.add(actual.head, expected.head);
    onClip();
  }
  const sampleCount = clips.reduce((sum, { length }) => sum + length, 0);
  return {
    seconds: sampleCount / SAMPLE_RATE_HZ,
    layers: layers.map((comparison) => comparison.error()),
    head: headComparison?.agreement() ?? null,
  };
}

/** All hidden states, and the head if there is one. */
function everything({ manifest }: Engine): Taps {
  const taps = resolveTaps("all", manifest.architecture.layerCount);
  const [head] = manifest.heads;
  return head === undefined ? taps : { ...headTaps(head), hiddenStates: taps.hiddenStates };
}
