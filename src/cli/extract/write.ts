/** Writes the output of a dataset from the rows that are kept. */
import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UndertoneError } from "../../errors.ts";
import type { Dtype } from "../../formats/format.ts";
import type { Dataset, DatasetClip } from "./clip.ts";
import type { Output, OutputBytes, OutputClip } from "./formats/format.ts";
import { npzBytes } from "./formats/npz.ts";
import { parquetBytes } from "./formats/parquet.ts";
import { safetensorsBytes } from "./formats/safetensors.ts";
import { webdatasetBytes } from "./formats/webdataset.ts";
import type { Parts } from "./parts.ts";
import type { RowHeader } from "./row.ts";

/** The formats of a dataset's output, by the endings of their files. */
export const OUTPUT_FORMATS: Readonly<Record<string, (output: Output) => OutputBytes>> = {
  parquet: parquetBytes,
  npz: npzBytes,
  safetensors: safetensorsBytes,
  tar: webdatasetBytes,
};

/** Where the output goes and how it is written. */
export interface OutputTarget {
  readonly path: string;
  /** One of `OUTPUT_FORMATS`. */
  readonly format: string;
  readonly dtype: Dtype;
}

/**
 * Writes the clips that have a row, in the order of the dataset, so that the same rows give the same bytes; gives their number.
 * The file appears under its name only when it is whole.
 * @throws UndertoneError `invalid-option` if no clip has a row, or two models made them; the system's errors, such as a full disk.
 */
export async function writeOutput(
  { path, format, dtype }: OutputTarget,
  { clips, columns }: Dataset,
  parts: Parts,
): Promise<number> {
  const { first, kept, described } = await describeRows(clips, parts);
  const { model, frame_stride_seconds, pool } = first.metadata;
  const output: Output = {
    columns,
    clips: described,
    tensors: first.tensors.map(({ name, shape }) => ({
      name,
      width: shape.at(-1) as number,
      isPooled: shape.length === 1,
    })),
    dtype,
    description: { model, frame_stride_seconds, pool, dtype },
    read: async (index) => (await parts.read(kept[index] as DatasetClip)).tensors,
    readTensor: (index, position) => parts.readTensor(kept[index] as DatasetClip, position),
  };
  const write = OUTPUT_FORMATS[format] as (output: Output) => OutputBytes;
  const unfinished = join(parts.directory, "output");
  await pipeline(write(output), createWriteStream(unfinished));
  await rename(unfinished, path);
  return kept.length;
}

/** The clips that have a row, what is known of each, and the header of the first. */
async function describeRows(clips: readonly DatasetClip[], parts: Parts) {
  const kept: DatasetClip[] = [];
  const described: OutputClip[] = [];
  let first: RowHeader | undefined;
  for (const clip of clips) {
    const header = await parts.header(clip);
    if (header === null) continue;
    first ??= header;
    requireSameModel(first, header, clip);
    const { audio, frames, silent } = header.metadata;
    const warnings = audio.warnings.map(({ code }) => code).join(",");
    kept.push(clip);
    const absent = silent && { silent: JSON.stringify(silent) };
    described.push({ ...pick(clip), seconds: audio.seconds, frames, warnings, ...absent });
  }
  if (first !== undefined) return { first, kept, described };
  throw new UndertoneError("invalid-option", "No clip could be computed, so nothing is written.");
}

function pick({ name, values }: DatasetClip) {
  return { name, values };
}

/** The default model of a service may change while it is asked. */
function requireSameModel(first: RowHeader, { metadata }: RowHeader, { name }: DatasetClip): void {
  const [one, other] = [first.metadata.model, metadata.model];
  if (one.pack_digest === other.pack_digest) return;
  throw new UndertoneError(
    "invalid-option",
    `${name} was computed by the model ${other.id}, clips before it by ${one.id}: name one with --model, and begin anew with --overwrite.`,
    { option: "model" },
  );
}
