/** Columns of values, by hyparquet-writer: MIT, kept, small, and of no runtime. */
import type { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writeColumn } from "hyparquet-writer/src/column.js";
import { encodeNestedValues } from "hyparquet-writer/src/dremel.js";
import type { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import { schemaPathResolver } from "hyparquet-writer/src/schema.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { breathe } from "../../breathe.ts";
import { type LeafPath, type ListRow, writeList } from "./lists.ts";
import { takeBytes } from "./numbers.ts";

/** Pages have about so many bytes. */
const PAGE_BYTES = 1024 * 1024;

/** Writes a column's part of a row group, and gives way after each of its members. */
export async function* writeValues(
  writer: ParquetWriter,
  bytes: ByteWriter,
  name: string,
  rows: readonly unknown[],
): AsyncGenerator<Uint8Array, ParquetWriter["row_groups"][number]["columns"]> {
  const chunks: ParquetWriter["row_groups"][number]["columns"] = [];
  const { schema, codec } = writer;
  for (const path of leavesOf(schemaPathResolver(schema)([name]))) {
    if (path.length > 2) {
      chunks.push(yield* writeList(bytes, path, rows as readonly ListRow[]));
      continue;
    }
    const schemaPath = path.map(({ element }) => element);
    const written = writeColumn({
      writer: bytes,
      column: {
        columnName: name,
        element: schemaPath.at(-1) as (typeof schemaPath)[number],
        schemaPath,
        codec,
        compressors: { SNAPPY: snappyCompress },
        // Readers skip row groups by single values.
        stats: true,
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
