/** The index of sharded weights: which file holds which tensor. */
import { z } from "zod";
import { UndertoneError } from "../../../errors.ts";
import { readJsonFile } from "./json-file.ts";

const shardName = z
  .string()
  .regex(/^\w[\w.-]*\.(safetensors|bin)$/, "must be the plain name of a weight file");
const shardIndex = z.looseObject({ weight_map: z.record(z.string(), shardName) });

/**
 * Reads the index `fileName` in `directory`: file names by tensor.
 * @throws UndertoneError `checkpoint-invalid` if it is no index, or names files outside the directory.
 */
export async function readWeightMap(
  directory: string,
  fileName: string,
): Promise<Map<string, string>> {
  const index = shardIndex.safeParse(await readJsonFile(directory, fileName));
  if (index.success) return new Map(Object.entries(index.data.weight_map));
  const reasons = index.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UndertoneError(
    "checkpoint-invalid",
    `${fileName} does not say which shard holds each tensor (${reasons.slice(0, 3).join("; ")}); fetch it again.`,
  );
}
