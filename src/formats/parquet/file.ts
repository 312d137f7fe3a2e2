/** Parquet files, written a row group at a time and column by column. */
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import {
  type NumberColumn,
  type NumberRow,
  numberSchema,
  takeBytes,
  writeNumbers,
} from "./numbers.ts";
import { type ColumnSchema, fileSchema } from "./schema.ts";
import { writeValues } from "./values.ts";

type RowGroup = ParquetWriter["row_groups"][number];

/** The columns of a file: those whose values are given at once, and then those of numbers that come piece by piece. */
export interface ParquetColumns {
  readonly values: readonly { readonly name: string; readonly schema: ColumnSchema }[];
  readonly numbers: readonly NumberColumn[];
}

/** A file that is being written. */
export interface ParquetFile {
  /**
   * Writes rows; of their numbers no more than a page or a piece is held.
   * @param values of each row, by the column's name
   * @param numbersOf the rows of a column of numbers, as many as `values`
   */
  writeGroup(
    values: readonly Readonly<Record<string, unknown>>[],
    numbersOf: (column: NumberColumn) => AsyncIterable<NumberRow | null>,
  ): AsyncGenerator<Uint8Array>;
  /** The end of the file, without which nobody can read it. */
  finish(): Uint8Array;
}

/** Begins a file; `metadata` is kept in it as JSON under the key `undertone`. */
export function startParquet(columns: ParquetColumns, metadata: object): ParquetFile {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: fileSchema([
      ...columns.values.map(({ schema }) => schema),
      ...columns.numbers.map(numberSchema),
    ]),
    kvMetadata: [{ key: "undertone", value: JSON.stringify(metadata) }],
    createdBy: "undertone",
  });
  return {
    async *writeGroup(values, numbersOf) {
      const start = bytes.offset;
      const chunks: RowGroup["columns"] = [];
      for (const { name } of columns.values) {
        const rows = values.map((row) => row[name]);
        chunks.push(...(yield* writeValues(writer, bytes, name, rows)));
      }
      for (const column of columns.numbers) {
        chunks.push(yield* writeNumbers(bytes, column, numbersOf(column)));
      }
      writer.num_rows += BigInt(values.length);
      writer.row_groups.push({
        columns: chunks,
        num_rows: BigInt(values.length),
        total_byte_size: uncompressedSize(chunks),
        total_compressed_size: BigInt(bytes.offset - start),
      });
    },
    finish() {
      writer.finish();
      return takeBytes(bytes);
    },
  };
}

function uncompressedSize(chunks: RowGroup["columns"]): bigint {
  return chunks.reduce(
    (sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n),
    0n,
  );
}
