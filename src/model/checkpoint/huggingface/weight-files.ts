/** The weight files of a Hugging Face directory, whole or in shards, as one set of tensors. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { UndertoneError } from "../../../errors.ts";
import type { TensorFile } from "../files/tensor-file.ts";
import { foreignDirectory, weightFileNames } from "../foreign/directory.ts";
import { refuseForeignFile } from "../foreign/file.ts";
import { openSafetensors } from "../safetensors/file.ts";
import { openTorchFile } from "../torch/file.ts";
import { refuseToolkit } from "../torch/toolkits.ts";
import { readWeightMap } from "./shard-index.ts";

/** Layouts of weights on the hub: one file, or shards listed by an index. The first that is present is read. */
export const WEIGHT_LAYOUTS = [
  { whole: "model.safetensors", index: "model.safetensors.index.json" },
  { whole: "pytorch_model.bin", index: "pytorch_model.bin.index.json" },
] as const;

/** Tensors by the names the files use. */
export interface WeightFiles extends TensorFile {
  /** Of the files' bytes one after another, in order of name. */
  readonly sha256: string;
  /** The file that was chosen, if there were several. */
  readonly notes?: readonly string[];
}

/**
 * Opens the weights in `directory`: model.safetensors or its shards, else pytorch_model.bin or its shards, else the only file of
 * weights that there is, such as a trainer's `last.ckpt`.
 * @throws UndertoneError `checkpoint-invalid` if there are no such files, saying what there is instead, or the index is not
 *   fulfilled by its shards; and as `openSafetensors` and `openTorchFile` do.
 */
export async function openWeightFiles(directory: string): Promise<WeightFiles> {
  for (const { whole, index } of WEIGHT_LAYOUTS) {
    if (await exists(join(directory, whole))) return openWeightFile(join(directory, whole));
    if (await exists(join(directory, index))) return openShards(directory, index);
  }
  const foreign = await foreignDirectory(directory);
  if (foreign !== null) throw foreign;
  const [only, ...others] = await weightFileNames(directory);
  if (only !== undefined && others.length === 0) {
    const opened = await openWeightFile(join(directory, only));
    return { ...opened, notes: [`The weights are taken from ${only}, the only file of them.`] };
  }
  const names = WEIGHT_LAYOUTS.flatMap(({ whole, index }) => [whole, index]);
  throw new UndertoneError(
    "checkpoint-invalid",
    only === undefined
      ? `The directory has none of ${names.join(", ")}; fetch the checkpoint's weights.`
      : `The directory has several files of weights (${[only, ...others].slice(0, 8).join(", ")}): name the one to build from.`,
  );
}

/**
 * Opens one file of weights: `.safetensors`, or what torch.save wrote.
 * @throws UndertoneError as `openSafetensors` and `openTorchFile` do; `checkpoint-invalid` for what is no file of weights.
 */
export async function openWeightFile(path: string): Promise<WeightFiles> {
  return { ...(await openTensorFile(path)), sha256: await hashFiles([path]) };
}

/** SHA-256 of files' bytes one after another. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

async function openTensorFile(path: string): Promise<TensorFile> {
  await refuseForeignFile(path);
  if (path.endsWith(".safetensors")) return openSafetensors(path);
  const file = await openTorchFile(path);
  refuseToolkit(basename(path), file.root);
  return file.tensorsOf(file.root);
}

async function openShards(directory: string, indexName: string): Promise<WeightFiles> {
  const weightMap = await readWeightMap(directory, indexName);
  const fileNames = [...new Set(weightMap.values())].sort();
  const shards = new Map<string, TensorFile>();
  for (const fileName of fileNames) shards.set(fileName, await openShard(directory, fileName));
  const owners = ownersByTensor(shards);
  for (const [tensor, fileName] of weightMap) {
    if (owners.get(tensor) === shards.get(fileName)) continue;
    throw new UndertoneError(
      "checkpoint-invalid",
      `${indexName} promises tensor ${tensor} in ${fileName}, which does not have it; fetch the checkpoint again.`,
    );
  }
  return {
    shapes: new Map([...owners].map(([tensor, file]) => [tensor, file.shapes.get(tensor) ?? []])),
    sha256: await hashFiles(fileNames.map((fileName) => join(directory, fileName))),
    read: async (tensor) => {
      const owner = owners.get(tensor);
      if (owner === undefined) throw new RangeError(`no tensor ${tensor}`);
      return owner.read(tensor);
    },
  };
}

async function openShard(directory: string, fileName: string): Promise<TensorFile> {
  const path = join(directory, fileName);
  if (await exists(path)) return openTensorFile(path);
  throw new UndertoneError("checkpoint-invalid", `The shard ${fileName} is missing; fetch it.`, {
    file: basename(path),
  });
}

function ownersByTensor(shards: ReadonlyMap<string, TensorFile>): Map<string, TensorFile> {
  const owners = new Map<string, TensorFile>();
  for (const [fileName, shard] of shards) {
    for (const tensor of shard.shapes.keys()) {
      if (owners.has(tensor)) {
        throw new UndertoneError(
          "checkpoint-invalid",
          `Tensor ${tensor} is in ${fileName} and in a shard before it.`,
        );
      }
      owners.set(tensor, shard);
    }
  }
  return owners;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
