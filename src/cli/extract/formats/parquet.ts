/** Rows as Apache Parquet: a row for each clip, a column for each tensor. */
import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import type { FeatureTensor } from "../../../results/computed.ts";
import {
  describeClip,
  type Output,
  type OutputBytes,
  type OutputTensor,
  valuesOf,
} from "./format.ts";

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

/** Rows are written in groups of about so many numbers, which are all that is held. */
const VALUES_PER_GROUP = 1 << 21;
const ROWS_PER_GROUP = 10_000;

/**
 * Writes columns `path`, those of a list, `seconds`, `frames`, `warnings` and, where silence was left out, `silent`, then each
 * tensor: a list of numbers if it is pooled, else a list of frames.
 */
export async function* parquetBytes(output: Output): OutputBytes {
  const { clips, tensors, columns } = output;
  const bytes = new ByteWriter();
  const metadata = { key: "undertone", value: JSON.stringify(output.description) };
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaOf(output),
    kvMetadata: [metadata],
    createdBy: "undertone",
  });
  const rest = () => {
    const written = bytes.getBytes().slice();
    bytes.index = 0;
    return written;
  };
  for (const [first, end] of groupsOf(output)) {
    const rows: (readonly FeatureTensor[])[] = [];
    for (let index = first; index < end; index++) rows.push(await output.read(index));
    const described = clips.slice(first, end).map((clip) => describeClip(clip, columns));
    const names = Object.keys(described[0] as object);
    const columnData: ColumnSource[] = [
      ...names.map((name) => ({ name, data: described.map((row) => row[name]) })),
      ...tensors.map((tensor, position) => ({
        name: tensor.name,
        data: rows.map((row) => nested(row[position] as FeatureTensor, tensor)),
        // Numbers of features hardly repeat.
        encoding: "PLAIN" as const,
        codec: "UNCOMPRESSED" as const,
        statistics: false,
      })),
    ];
    writer.write({ columnData, rowGroupSize: end - first });
    yield rest();
  }
  writer.finish();
  yield rest();
}

/** The first clip and the one after the last of each group. */
function* groupsOf({ clips, tensors }: Output): Generator<readonly [number, number]> {
  let first = 0;
  let values = 0;
  for (const [index, clip] of clips.entries()) {
    const more = valuesOf(clip, tensors);
    const isFull = values + more > VALUES_PER_GROUP || index - first === ROWS_PER_GROUP;
    if (isFull && index > first) {
      yield [first, index];
      first = index;
      values = 0;
    }
    values += more;
  }
  yield [first, clips.length];
}

function schemaOf({ columns, clips, tensors, dtype }: Output): SchemaElement[] {
  const text = (name: string): SchemaElement => ({
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    repetition_type: "REQUIRED",
  });
  const fields: SchemaElement[][] = [
    ...["path", ...columns].map((name) => [text(name)]),
    [{ name: "seconds", type: "DOUBLE", repetition_type: "REQUIRED" }],
    [{ name: "frames", type: "INT32", repetition_type: "REQUIRED" }],
    [text("warnings")],
    ...(clips[0]?.silent === undefined ? [] : [[text("silent")]]),
    ...tensors.map(({ name, isPooled }) => {
      const value: SchemaElement =
        dtype === "f16"
          ? {
              name: "element",
              type: "FIXED_LEN_BYTE_ARRAY",
              type_length: 2,
              logical_type: { type: "FLOAT16" },
              repetition_type: "REQUIRED",
            }
          : { name: "element", type: "FLOAT", repetition_type: "REQUIRED" };
      const vector = (of: string) => [...listOf(of), value];
      return isPooled ? vector(name) : [...listOf(name), ...vector("element")];
    }),
  ];
  return [{ name: "root", num_children: fields.length }, ...fields.flat()];
}

/** A list as the format's specification has it (LogicalTypes.md, "Lists"), whose element follows. */
function listOf(name: string): SchemaElement[] {
  return [
    { name, repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
  ];
}

function nested({ data }: FeatureTensor, { width, isPooled }: OutputTensor): number[] | number[][] {
  if (isPooled) return Array.from(data);
  return Array.from({ length: data.length / width }, (_, frame) =>
    Array.from(data.subarray(frame * width, (frame + 1) * width)),
  );
}
