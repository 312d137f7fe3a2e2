/** What every format of a dataset's output is given. */
import type { Dtype } from "../../../formats/format.ts";
import type { FeatureTensor } from "../../../results/computed.ts";
import type { Row } from "../row.ts";

/** A tensor as all clips have it: frames, if they are not pooled, and their width. */
export interface OutputTensor {
  readonly name: string;
  readonly width: number;
  readonly isPooled: boolean;
}

/** What all clips of an output have in common. */
export type OutputDescription = Pick<Row["metadata"], "model" | "frame_stride_seconds" | "pool"> & {
  readonly dtype: Dtype;
};

/** A clip that has a row. */
export interface OutputClip {
  readonly name: string;
  readonly values: readonly string[];
  readonly seconds: number;
  readonly frames: number;
  /** Their codes, with commas between. */
  readonly warnings: string;
  /** Where silence was left out: the spans of frames that are absent, as JSON. */
  readonly silent?: string;
}

/** The rows of a dataset, in its order. */
export interface Output {
  /** The columns that a list carried along. */
  readonly columns: readonly string[];
  readonly clips: readonly OutputClip[];
  readonly tensors: readonly OutputTensor[];
  readonly dtype: Dtype;
  /** The model of all clips, and how their frames are pooled, for the file's own metadata. */
  readonly description: OutputDescription;
  /** Reads the tensors of a clip. */
  read(index: number): Promise<readonly FeatureTensor[]>;
  /** Reads the numbers of one of them. */
  readTensor(index: number, position: number): Promise<Float32Array>;
}

/** The bytes of a file, in order. */
export type OutputBytes = AsyncIterable<Uint8Array>;

/** What is known of a clip beside its tensors, by column. */
export function describeClip(
  { name, values, seconds, frames, warnings, silent }: OutputClip,
  columns: readonly string[],
): Record<string, string | number> {
  const carried = columns.map((column, index) => [column, values[index] as string] as const);
  const found = { seconds, frames, warnings, ...(silent !== undefined && { silent }) };
  return { path: name, ...Object.fromEntries(carried), ...found };
}

/** The columns of `describeClip` that are the program's own. */
export const OWN_COLUMNS = ["path", "seconds", "frames", "warnings", "silent"];

/** The numbers that a clip has of all tensors. */
export function valuesOf({ frames }: OutputClip, tensors: readonly OutputTensor[]): number {
  return tensors.reduce((sum, { width, isPooled }) => sum + width * (isPooled ? 1 : frames), 0);
}
