/** Results of the probe's chain, computed in float64 by test/support/model/probe-reference.ts, which its test repeats. */

/** Precisions that devices compute in. */
export type ProbedPrecision = "fp32" | "fp16" | "q4" | "q8n";

const UNROUNDED: readonly number[] = [
  0.274103, 2.25639, -0.0350399, -0.243771, 0.254127, -1.66753, 0.21488, -0.269329, -0.0345441,
  -0.190912, 0.530206, 0.157027, 0.00539642, -2.52746, 0.0979523, 0.0392425, -0.194319, 0.182081,
  -0.0887614, -0.15606, 1.50608, 1.62487, -0.104718, 0.245068, -0.202383, -1.13135, 0.258791,
  0.27963, 0.0112822, 0.0184616,
];

/** Every 13th number of the last hidden state, row after row. */
export const PROBE_NUMBERS: Readonly<Record<ProbedPrecision, readonly number[]>> = {
  fp32: UNROUNDED,
  // Rounding the weights changes them by a tenth of what the probe tolerates.
  fp16: UNROUNDED,
  q8n: UNROUNDED,
  q4: [
    0.237393, 2.32415, -0.0265523, -0.275328, 0.251693, -1.69817, 0.252627, -0.272018, -0.0226694,
    -0.15802, 0.557738, 0.100193, 0.0282269, -2.54937, 0.107438, 0.0532827, -0.186241, 0.130618,
    -0.0687929, -0.175329, 1.21886, 1.70832, -0.115261, 0.240785, -0.202561, -1.13159, 0.251521,
    0.279101, 0.0397835, 0.0550685,
  ],
};
