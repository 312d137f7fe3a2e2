/** Opens checkpoints as the Hugging Face hub lays them out. */
import { dirname } from "node:path";
import { parseConfig } from "../../config.ts";
import { backboneCheckpoint } from "../backbone/assemble.ts";
import { expectedTensors } from "../backbone/expected-tensors.ts";
import { requireFamilyOf } from "../backbone/family.ts";
import { findBackbone } from "../backbone/names.ts";
import { splitWeightNorm } from "../backbone/weight-norm.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { readTaskHead } from "../heads/read.ts";
import { type CheckpointIdentity, localIdentity } from "../identity.ts";
import { readLicence } from "./model-card.ts";
import { readModelConfig } from "./model-config.ts";
import { readDoNormalize } from "./preprocessing.ts";
import { openWeightFile, openWeightFiles, type WeightFiles } from "./weight-files.ts";

/**
 * Opens a checkpoint: config.json, preprocessor_config.json or processor_config.json, and the weights as safetensors or of
 * torch.save, whole or in shards. Weights are checked against the architecture here and read when asked for; the task head is
 * the one that `architectures` names, or that the tensors are of. What is neither is left out, and its `notes` say so.
 * @throws UndertoneError `checkpoint-invalid` if a file is missing or damaged, or tensors are missing, extra or misshapen;
 *   `checkpoint-unsupported` if a config asks for what is not supported; `checkpoint-unsafe` for a pickle that
 *   asks for more than tensors need.
 */
export async function openHuggingFaceDirectory(
  directory: string,
  identity = localIdentity(directory),
): Promise<Checkpoint> {
  return openWith(directory, identity, () => openWeightFiles(directory));
}

/** Opens the weights in one file whose configs lie beside it; throws as `openHuggingFaceDirectory` does. */
export async function openHuggingFaceFile(path: string): Promise<Checkpoint> {
  const directory = dirname(path);
  return openWith(directory, localIdentity(directory), () => openWeightFile(path));
}

async function openWith(
  directory: string,
  identity: CheckpointIdentity,
  openWeights: () => Promise<WeightFiles>,
): Promise<Checkpoint> {
  const json = await readModelConfig(directory);
  const config = parseConfig(json);
  const doNormalize = await readDoNormalize(directory);
  const stated = await readLicence(directory);
  const licence = stated === "unknown" ? (identity.licence ?? stated) : stated;
  const files = splitWeightNorm(await openWeights());
  const familyNotes = requireFamilyOf(files.shapes.keys(), config.family);
  const { prefix, names, others } = findBackbone(files, expectedTensors(config));
  const backbone = backboneCheckpoint({
    identity: { ...identity, licence },
    config,
    doNormalize,
    files,
    names,
  });
  const { taskHead, notes } = await readTaskHead(
    { directory, json, files, prefix, others },
    config,
  );
  return {
    ...backbone,
    ...(taskHead && { taskHead }),
    notes: [...(files.notes ?? []), ...familyNotes, ...notes],
  };
}
