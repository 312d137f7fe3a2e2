/** Columns of values, lists and structs, by hyparquet-writer: MIT, kept, small, and of no runtime. */
import type { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writeColumn } from "hyparquet-writer/src/column.js";
import { encodeNestedValues } from "hyparquet-writer/src/dremel.js";
import type { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import { schemaPathResolver } from "hyparquet-writer/src/schema.js";
import { breathe } from "../../breathe.ts";
import { takeBytes } from "./numbers.ts";

type LeafPath = Parameters<typeof encodeNestedValues>[0];

/** Pages have about so many bytes. */
const PAGE_BYTES = 1024 * 1024;

/** Writes a column's part of a row group; gives way after each of its members, of which a long transcript has many. */
export async function* writeValues(
  writer: ParquetWriter,
  bytes: ByteWriter,
  name: string,
  rows: readonly unknown[],
): AsyncGenerator<Uint8Array, ParquetWriter["row_groups"][number]["columns"]> {
  const chunks: ParquetWriter["row_groups"][number]["columns"] = [];
  const { schema, codec } = writer;
  const { SNAPPY } = writer.compressors;
  for (const path of leavesOf(schemaPathResolver(schema)([name]))) {
    const schemaPath = path.map(({ element }) => element);
    const isNested = path.length > 2;
    const written = writeColumn({
      writer: bytes,
      column: {
        columnName: schemaPath
          .slice(1)
          .map((element) => element.name)
          .join("."),
        element: schemaPath.at(-1) as (typeof schemaPath)[number],
        schemaPath,
        codec,
        compressors: { SNAPPY },
        // Readers skip row groups by single values.
        stats: !isNested,
        pageSize: PAGE_BYTES,
        columnIndex: false,
        offsetIndex: true,
      },
      pageData: encodeNestedValues(path, [...rows]),
    });
    chunks.push(written.chunk);
    writer.pendingIndexes.push(written);
    yield takeBytes(bytes);
    await breathe();
  }
  return chunks;
}

/** The paths to the members of a column that have values. */
function leavesOf(path: LeafPath): LeafPath[] {
  const children = path.at(-1)?.children ?? [];
  return children.length === 0 ? [path] : children.flatMap((child) => leavesOf([...path, child]));
}
