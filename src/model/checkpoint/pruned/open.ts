/** Opens checkpoints that DPHuBERT's code saves: one file of torch.save with `config` and `state_dict`. */
import { backboneCheckpoint } from "../backbone/assemble.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { addName } from "../files/add-name.ts";
import { hashFiles } from "../huggingface/weight-files.ts";
import { localIdentity } from "../identity.ts";
import { isKind, type PickleDict } from "../pickle/values.ts";
import type { TorchFile } from "../torch/file.ts";
import { parsePrunedConfig } from "./config.ts";

/** The two parts of a pruned checkpoint; what it was trained with beside them is not read. */
export interface PrunedParts {
  readonly config: PickleDict;
  readonly state_dict: PickleDict;
}

/** The parts of what was saved, or `null` if it is no pruned checkpoint. */
export function prunedParts(root: PickleDict): PrunedParts | null {
  const config = root.entries.get("config");
  const weights = root.entries.get("state_dict");
  if (!isKind(config, "dict") || !isKind(weights, "dict")) return null;
  return config.entries.has("extractor_conv_layer_config") ? { config, state_dict: weights } : null;
}

/**
 * Opens the pruned checkpoint at `path`, already read as `file` with these `parts`.
 * @throws UndertoneError `checkpoint-unsupported` if its config cannot be honoured; `checkpoint-invalid` if tensors are
 *   missing, extra or misshapen.
 */
export async function openPruned(
  path: string,
  file: TorchFile,
  { config: given, state_dict: weights }: PrunedParts,
): Promise<Checkpoint> {
  const { config, doNormalize } = parsePrunedConfig(given);
  const tensors = file.tensorsOf(weights);
  const names = new Map<string, string>();
  for (const name of tensors.shapes.keys()) addName(names, canonicalOfPruned(name), name);
  return backboneCheckpoint({
    identity: localIdentity(path),
    config,
    doNormalize,
    files: { ...tensors, sha256: await hashFiles([path]) },
    names,
  });
}

/** The projection stands inside the encoder, and the layers in a transformer. */
function canonicalOfPruned(name: string): string {
  return name
    .replace(/^encoder\.feature_projection\./, "feature_projection.")
    .replace(/^encoder\.transformer\./, "encoder.")
    .replace(/\.parametrizations\.weight\.original0$/, ".weight_g")
    .replace(/\.parametrizations\.weight\.original1$/, ".weight_v");
}
