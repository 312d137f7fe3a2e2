/** The safetensors files of a Hugging Face directory, whole or in shards, as one set of tensors. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UndertoneError } from "../../errors.ts";
import type { WeightTensor } from "./checkpoint.ts";
import type { TensorShapes } from "./expected-tensors.ts";
import { readJsonFile } from "./json-file.ts";
import { openSafetensors, type SafetensorsFile } from "./safetensors.ts";

const WHOLE_FILE = "model.safetensors";
const INDEX_FILE = "model.safetensors.index.json";

const shardName = z
  .string()
  .regex(/^\w[\w.-]*\.safetensors$/, "must be the plain name of a safetensors file");
const shardIndex = z.looseObject({ weight_map: z.record(z.string(), shardName) });

/** Tensors by the names the files use. */
export interface WeightFiles {
  readonly shapes: TensorShapes;
  /** Of the files' bytes one after another, in order of name. */
  readonly sha256: string;
  /** @throws UndertoneError as `SafetensorsFile.read` does. */
  read(fileName: string): Promise<WeightTensor>;
}

/**
 * Opens `model.safetensors`, or the shards that `model.safetensors.index.json` lists, in `directory`.
 * @throws UndertoneError `checkpoint-invalid` if there are no such files, or the index is not fulfilled by its shards.
 */
export async function openWeightFiles(directory: string): Promise<WeightFiles> {
  const weightMap = await readWeightMap(directory);
  const fileNames = [...new Set(weightMap?.values() ?? [WHOLE_FILE])].sort();
  const shards = new Map<string, SafetensorsFile>();
  for (const fileName of fileNames) shards.set(fileName, await openShard(directory, fileName));
  const owners = ownersByTensor(shards);
  for (const [tensor, fileName] of weightMap ?? []) {
    if (owners.get(tensor) === shards.get(fileName)) continue;
    throw new UndertoneError(
      "checkpoint-invalid",
      `${INDEX_FILE} promises tensor ${tensor} in ${fileName}, which does not have it; fetch the checkpoint again.`,
    );
  }
  return {
    shapes: new Map(
      [...owners].map(([tensor, file]) => [tensor, file.entries.get(tensor)?.shape ?? []]),
    ),
    sha256: await hashFiles(fileNames.map((fileName) => join(directory, fileName))),
    read: async (tensor) => {
      const owner = owners.get(tensor);
      if (owner === undefined) throw new RangeError(`no tensor ${tensor}`);
      return owner.read(tensor);
    },
  };
}

/** The shards' index, or `null` where the weights are in one file. */
async function readWeightMap(directory: string): Promise<Map<string, string> | null> {
  if (await exists(join(directory, WHOLE_FILE))) return null;
  if (!(await exists(join(directory, INDEX_FILE)))) {
    throw new UndertoneError(
      "checkpoint-invalid",
      `The directory has neither ${WHOLE_FILE} nor ${INDEX_FILE}; fetch the checkpoint's safetensors weights.`,
    );
  }
  const index = shardIndex.safeParse(await readJsonFile(directory, INDEX_FILE));
  if (index.success) return new Map(Object.entries(index.data.weight_map));
  const reasons = index.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UndertoneError(
    "checkpoint-invalid",
    `${INDEX_FILE} does not say which shard holds each tensor (${reasons.slice(0, 3).join("; ")}); fetch it again.`,
  );
}

async function openShard(directory: string, fileName: string): Promise<SafetensorsFile> {
  const path = join(directory, fileName);
  if (!(await exists(path))) {
    throw new UndertoneError("checkpoint-invalid", `The shard ${fileName} is missing; fetch it.`, {
      file: fileName,
    });
  }
  return openSafetensors(path);
}

function ownersByTensor(
  shards: ReadonlyMap<string, SafetensorsFile>,
): Map<string, SafetensorsFile> {
  const owners = new Map<string, SafetensorsFile>();
  for (const [fileName, shard] of shards) {
    for (const tensor of shard.entries.keys()) {
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

async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
