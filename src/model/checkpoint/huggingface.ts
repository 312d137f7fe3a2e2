/** Opens a checkpoint directory as the Hugging Face hub lays it out. */
import { basename, resolve } from "node:path";
import { parseConfig } from "../config.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { expectedTensors } from "./expected-tensors.ts";
import { readJsonFile } from "./json-file.ts";
import { readLicence } from "./model-card.ts";
import { backboneNames } from "./names.ts";
import { parseDoNormalize } from "./preprocessing.ts";
import { requireTensors } from "./require-tensors.ts";
import { openWeightFiles } from "./weight-files.ts";

/**
 * Opens a WavLM checkpoint: config.json, preprocessor_config.json, and model.safetensors or its shards. Weights are checked
 * against the architecture here and read when asked for; task heads are ignored.
 * @throws UndertoneError `checkpoint-invalid` if a file is missing or damaged, or tensors are missing, extra or misshapen;
 *   `checkpoint-unsupported` if a config asks for what WavLM's graph does not do.
 */
export async function openHuggingFaceDirectory(directory: string): Promise<Checkpoint> {
  const config = parseConfig(await readJsonFile(directory, "config.json"));
  const doNormalize = parseDoNormalize(await readJsonFile(directory, "preprocessor_config.json"));
  const files = await openWeightFiles(directory);
  const fileNames = backboneNames(files.shapes.keys());
  const found = [...fileNames].map(
    ([name, fileName]) => [name, files.shapes.get(fileName) ?? []] as const,
  );
  requireTensors(new Map(found), expectedTensors(config));
  const name = modelName(directory);
  return {
    name,
    weights: "checkpoint",
    config,
    doNormalize,
    provenance: { source: name, sourceSha256: files.sha256, licence: await readLicence(directory) },
    tensor: async (canonicalName) => {
      const fileName = fileNames.get(canonicalName);
      if (fileName === undefined) throw new RangeError(`no tensor ${canonicalName}`);
      return files.read(fileName);
    },
  };
}

/** A directory's own name, in the letters that pack ids are made of. */
function modelName(directory: string): string {
  const plain = basename(resolve(directory))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "");
  return plain || "model";
}
