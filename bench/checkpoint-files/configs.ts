/** The JSON files that lie beside a checkpoint's weights. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkpoint } from "../../src/model/checkpoint/checkpoint.ts";

/** Writes config.json and preprocessor_config.json of `checkpoint` into `directory`. */
export async function writeConfigs(checkpoint: Checkpoint, directory: string): Promise<void> {
  const { config, doNormalize } = checkpoint;
  const hubConfig = {
    model_type: "wavlm",
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    intermediate_size: config.intermediateSize,
    layer_norm_eps: config.layerNormEps,
    do_stable_layer_norm: config.layerNormPlacement === "stable",
    feat_extract_norm: config.convNorm,
    conv_dim: config.convDim,
    conv_kernel: config.convKernel,
    conv_stride: config.convStride,
    conv_bias: config.convBias,
    num_conv_pos_embeddings: config.positionalKernel,
    num_conv_pos_embedding_groups: config.positionalGroups,
    num_buckets: config.bucketCount,
    max_bucket_distance: config.maxBucketDistance,
  };
  await writeFile(join(directory, "config.json"), JSON.stringify(hubConfig));
  await writeFile(
    join(directory, "preprocessor_config.json"),
    JSON.stringify({ do_normalize: doNormalize }),
  );
}
