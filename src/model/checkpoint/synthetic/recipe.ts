/**
 * Distribution of each synthetic tensor, chosen so that activations resemble a trained model's. The gains were found by running
 * speech through a reference implementation; what they are for:
 *
 * - Speech is still heard in the last layer: each channel's standard deviation over time stays near 0.5 in every hidden
 *   state. Left alone, random layers drown it, because attention averages what differs between frames and keeps what is
 *   common to all. So heads come in pairs that read the same values and write them with opposite sign, which cancels what
 *   is common; and feed-forward rows sum to 0, which cancels GELU's positive mean.
 * - Small errors stay small: a layer changes its input by a quarter, and attention scores deviate by 1 to 2, which is
 *   also where attention prefers some frames and the position bias others.
 * - A few channels are some ten times larger than the rest, as in trained WavLMs; that is what makes quantization hard.
 *   Layers read them softly.
 */

import {
  around,
  type Fill,
  headsOpposed,
  headsRepeated,
  matrix,
  type SyntheticTensor,
  withOutliers,
  withOutliersAt,
  withSpikes,
} from "./fills.ts";
import { positionBias } from "./position-bias.ts";

type Recipe = readonly (readonly [pattern: RegExp, fill: Fill])[];

const READING_HIDDEN_STATES = { outlierColumns: 0.1 };
const WRITING_HIDDEN_STATES = { rowSpread: 0.3, outlierRows: 3 };

/** The norms' scale is what keeps the hidden states' size; the outliers' gain makes up for what layers add to the rest. */
const hiddenStateNorm = withOutliersAt(around(0.86, 0.1), 0.88);

const POST_NORM: Recipe = [
  [/encoder\.layer_norm\.weight$/, around(0.55, 0.1)],
  [/encoder\.layer_norm\.bias$/, withOutliers(around(0, 0.1))],
  [/layers\.\d+\.(final_)?layer_norm\.weight$/, hiddenStateNorm],
  [/feature_projection\.projection\.weight$/, matrix({ gain: 0.5, rowSpread: 0.3 })],
  [/out_proj\.weight$/, headsOpposed(matrix({ gain: 0.3, ...WRITING_HIDDEN_STATES }))],
  [/output_dense\.weight$/, matrix({ gain: 0.25, zeroSum: true, ...WRITING_HIDDEN_STATES })],
];

/** Nothing scales the stable residual stream back: what layers add accumulates, from 0.4 to 0.62 in 24 layers. */
const STABLE: Recipe = [
  [/feature_projection\.projection\.weight$/, matrix({ gain: 0.38, rowSpread: 0.3 })],
  [/feature_projection\.projection\.bias$/, withOutliers(around(0, 0.1))],
  [/out_proj\.weight$/, headsOpposed(matrix({ gain: 0.17, ...WRITING_HIDDEN_STATES }))],
  [/output_dense\.weight$/, matrix({ gain: 0.085, zeroSum: true, ...WRITING_HIDDEN_STATES })],
];

const SHARED: Recipe = [
  [/conv_layers\.0\.conv\.weight$/, matrix({ gain: 1.5, rowSpread: 0.3 })],
  [/conv_layers\.\d+\.conv\.weight$/, matrix({ gain: 1.7, rowSpread: 0.3, zeroSum: true })],
  [/feature_extractor\.dummy_weight$/, around(1, 0.1)],
  [/conv_layers\.\d+\.layer_norm\.weight$/, around(1, 0.3)],
  [/conv_layers\.\d+\.layer_norm\.bias$/, around(0, 0.25)],
  [/feature_projection\.layer_norm\.weight$/, withSpikes(around(1, 0.25), 4, 8)],
  [/pos_conv_embed\.conv\.weight_g$/, around(1.3, 0.25)],
  [/pos_conv_embed\.conv\.weight_v$/, matrix({ gain: 1 })],
  [/[qk]_proj\.weight$/, matrix({ gain: 1.9, rowSpread: 0.5, ...READING_HIDDEN_STATES })],
  [/v_proj\.weight$/, headsRepeated(matrix({ gain: 2, rowSpread: 0.5, ...READING_HIDDEN_STATES }))],
  [/v_proj\.bias$/, headsRepeated(around(0, 0.05))],
  [/gru_rel_pos_linear\.weight$/, matrix({ gain: 2, rowSpread: 0.3 })],
  [/gru_rel_pos_linear\.bias$/, around(0, 0.3)],
  [/gru_rel_pos_const$/, around(1, 0.5)],
  [/rel_attn_embed\.weight$/, positionBias],
  [/intermediate_dense\.weight$/, matrix({ gain: 2.4, rowSpread: 0.3, ...READING_HIDDEN_STATES })],
  [/intermediate_dense\.bias$/, around(-0.4, 0.2)],
  [/norm\.weight$/, around(1, 0.15)],
  [/bias$/, around(0, 0.05)],
];

/** The values of one tensor of a model whose layer norms are placed so; they depend on the arguments alone. */
export function synthesize(
  tensor: SyntheticTensor,
  layerNormPlacement: "post" | "stable",
): Float32Array {
  const own = layerNormPlacement === "post" ? POST_NORM : STABLE;
  const found = [...own, ...SHARED].find(([pattern]) => pattern.test(tensor.name));
  if (found === undefined) throw new RangeError(`no recipe for tensor ${tensor.name}`);
  const [, fill] = found;
  return fill(tensor);
}
