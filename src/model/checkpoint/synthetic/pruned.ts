/**
 * The shape of a WavLM Base+ of which pruning with DPHuBERT's method left a fifth, as it was published for diarization.
 * @see https://github.com/BUTSpeechFIT/DiariZen diarizen/models/module/wavlm_config.py, `wavlm_base_s80_md`
 */
import type { PrunedLayer } from "../../config.ts";

/** Channels of the convolutions. */
export const PRUNED_CONVOLUTIONS = [90, 161, 173, 181, 351, 155, 137] as const;

export const PRUNED_LAYERS: readonly PrunedLayer[] = [
  { heads: [1, 6], intermediateSize: 666 },
  { heads: [5, 7, 8], intermediateSize: 660 },
  { heads: [0, 3, 9], intermediateSize: 649 },
  { heads: [0, 1, 4, 8, 11], intermediateSize: 1080 },
  { heads: [6, 8], intermediateSize: 237 },
  { heads: [0], intermediateSize: 299 },
  { heads: [7, 8, 10, 11], intermediateSize: 437 },
  { heads: [0, 1, 4, 8], intermediateSize: 573 },
  { heads: [], intermediateSize: 53 },
  { heads: [], intermediateSize: 80 },
  { heads: [4, 7], intermediateSize: 211 },
  { heads: [5], intermediateSize: 334 },
];
