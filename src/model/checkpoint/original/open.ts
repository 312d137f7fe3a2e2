/** Opens checkpoints of the original WavLM: one file of torch.save with `cfg` and `model`. */
import { backboneCheckpoint } from "../backbone/assemble.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { hashFiles } from "../huggingface/weight-files.ts";
import { localIdentity } from "../identity.ts";
import { isKind, type PickleDict } from "../pickle/values.ts";
import type { TorchFile } from "../torch/file.ts";
import { parseOriginalConfig } from "./config.ts";
import { originalNames } from "./names.ts";

/** The two parts of an original checkpoint. */
export interface OriginalParts {
  readonly cfg: PickleDict;
  readonly model: PickleDict;
}

/** The parts of what was saved, or `null` if it is no original checkpoint. */
export function originalParts(root: PickleDict): OriginalParts | null {
  const cfg = root.entries.get("cfg");
  const model = root.entries.get("model");
  return isKind(cfg, "dict") && isKind(model, "dict") ? { cfg, model } : null;
}

/**
 * Opens the original checkpoint at `path`, already read as `file` with these `parts`.
 * @throws UndertoneError `checkpoint-unsupported` if its cfg cannot be honoured; `checkpoint-invalid` if tensors are
 *   missing, extra or misshapen.
 */
export async function openOriginal(
  path: string,
  file: TorchFile,
  { cfg, model }: OriginalParts,
): Promise<Checkpoint> {
  const { config, doNormalize } = parseOriginalConfig(cfg.entries);
  const tensors = file.tensorsOf(model);
  return backboneCheckpoint({
    identity: localIdentity(path),
    config,
    doNormalize,
    files: { ...tensors, sha256: await hashFiles([path]) },
    names: originalNames(tensors.shapes.keys()),
  });
}
