/** Opens a checkpoint at a path, whatever kind it is of. */
import { readdir, stat } from "node:fs/promises";
import { UndertoneError } from "../../errors.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { listExports } from "./exported/model.ts";
import { refuseForeignFile } from "./foreign/file.ts";
import { followCacheFolder } from "./huggingface/cache-folder.ts";
import { openHuggingFaceDirectory, openHuggingFaceFile } from "./huggingface/open.ts";
import { WEIGHT_LAYOUTS } from "./huggingface/weight-files.ts";
import { openOriginal, originalParts } from "./original/open.ts";
import { openPruned, prunedParts } from "./pruned/open.ts";
import { openTorchFile } from "./torch/file.ts";

/**
 * Opens a Hugging Face directory, also one in the hub's cache, one of its weight files, an original WavLM checkpoint or one that
 * DPHuBERT's code pruned.
 * @throws UndertoneError `checkpoint-invalid` if there is nothing at `path` or it is broken; `checkpoint-unsupported` for
 *   a ready ONNX export and for what WavLM's graph does not do; `checkpoint-unsafe` for a pickle that asks for more than
 *   tensors need.
 */
export async function openCheckpoint(given: string): Promise<Checkpoint> {
  const path = await followCacheFolder(given);
  switch (await recogniseCheckpoint(path)) {
    case "directory":
      return openHuggingFaceDirectory(path);
    case "safetensors":
      return openHuggingFaceFile(path);
    case "torch": {
      await refuseForeignFile(path);
      const file = await openTorchFile(path);
      const original = originalParts(file.root);
      if (original !== null) return openOriginal(path, file, original);
      const pruned = prunedParts(file.root);
      return pruned === null ? openHuggingFaceFile(path) : openPruned(path, file, pruned);
    }
    case "onnx":
      throw new UndertoneError(
        "checkpoint-unsupported",
        `${path} is a ready ONNX export and has no weights to build from: name the checkpoint that it was exported from.`,
      );
    case "nothing":
      throw new UndertoneError(
        "checkpoint-invalid",
        `'${path}' does not exist; name the directory of a Hugging Face checkpoint, or its weights.`,
      );
  }
}

/** Kinds of models that can be at a path. */
export type CheckpointKind = "directory" | "safetensors" | "torch" | "onnx" | "nothing";

/** The kind of checkpoint at `path`, by its type and file names; weights are not read. */
export async function recogniseCheckpoint(path: string): Promise<CheckpointKind> {
  const found = await stat(path).catch(() => null);
  if (found === null) return "nothing";
  if (found.isDirectory()) return (await isOnnxExport(path)) ? "onnx" : "directory";
  if (path.endsWith(".safetensors")) return "safetensors";
  return path.endsWith(".onnx") ? "onnx" : "torch";
}

/** True if a directory has ready exports, and no weights to build from. */
async function isOnnxExport(directory: string): Promise<boolean> {
  const names = new Set(await readdir(directory));
  if (WEIGHT_LAYOUTS.some(({ whole, index }) => names.has(whole) || names.has(index))) return false;
  return (await listExports(directory)).names.length > 0;
}
