/** A checkpoint in memory: an architecture, its preprocessing and float32 tensors under canonical names. */
import type { WavLMConfig } from "../config.ts";
import type { Head } from "../heads/head.ts";

/** A float32 tensor, row-major. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Origin of the weights, as in the manifest. */
export interface Provenance {
  /** `synthetic:base-plus`, or the name of the checkpoint's directory; never a path. */
  readonly source: string;
  /** SHA-256 of the weight files in name order, or of the generator's name and version. */
  readonly sourceSha256: string;
  /** SPDX identifier or a sentence naming the licence of the weights, `unknown` if the source does not say. */
  readonly licence: string;
}

/** A checkpoint's task head. */
export interface CheckpointHead {
  readonly head: Head;
  /** Gives one of the head's tensors by its hub name, such as `tdnn.0.kernel.weight`. */
  tensor(name: string): Promise<WeightTensor>;
}

/** A model to build packs from. */
export interface Checkpoint {
  /** The model's short name, such as `synthetic-base-plus`. */
  readonly name: string;
  readonly weights: "checkpoint" | "synthetic";
  readonly config: WavLMConfig;
  readonly doNormalize: boolean;
  readonly provenance: Provenance;
  /**
   * Gives one tensor by its canonical name: hub names without the `wavlm.` prefix, such as
   * `encoder.layers.0.attention.q_proj.weight`; the positional convolution's weight norm comes as
   * `encoder.pos_conv_embed.conv.weight_g` and `.weight_v` whatever the file calls them. Only one tensor needs to
   * be in memory at a time.
   */
  tensor(name: string): Promise<WeightTensor>;
  /** Left out where there is a backbone only. */
  readonly taskHead?: CheckpointHead;
  /** Notes for the person who builds a pack, one sentence each: what is left out or interpreted differently. */
  readonly notes?: readonly string[];
}
