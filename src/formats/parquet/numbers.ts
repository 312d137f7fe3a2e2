/**
 * Columns of lists of float32 numbers. hyparquet-writer takes each number as a value of JavaScript with its levels beside it, all of a
 * row group at once: some 40 bytes a number. Here the bytes of rows pass through as they come, and levels are written as runs.
 */
import type { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import type { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import { bytesOf, joinBytes } from "../../bytes.ts";
import { collectLevels } from "./levels.ts";
import { type ColumnSchema, listSchema, valueSchema } from "./schema.ts";

type ColumnChunk = ParquetWriter["row_groups"][number]["columns"][number];

/** Pages have about so many bytes of numbers; a larger piece of a row is a page of its own. */
const PAGE_BYTES = 1024 * 1024;

/** A column whose rows are lists of numbers, or if `hasFrames` lists of frames of them; any may be null. */
export interface NumberColumn {
  readonly name: string;
  readonly hasFrames: boolean;
}

/** A row: its numbers in pieces of whole frames, each of `width` numbers. */
export interface NumberRow {
  readonly width: number;
  readonly pieces: Iterable<Float32Array> | AsyncIterable<Float32Array>;
}

/** The schema of the column. */
export function numberSchema({ name, hasFrames }: NumberColumn): ColumnSchema {
  const numbers = (of: string, isOptional: boolean) =>
    listSchema(of, valueSchema("element", "FLOAT"), isOptional);
  return hasFrames ? listSchema(name, numbers("element", false)) : numbers(name, true);
}

/** Writes the column's part of a row group, piece by piece; gives its description. */
export async function* writeNumbers(
  writer: ByteWriter,
  column: NumberColumn,
  rows: AsyncIterable<NumberRow | null>,
): AsyncGenerator<Uint8Array, ColumnChunk> {
  const start = writer.offset;
  const page = startPage(column);
  let values = 0;
  const flush = function* () {
    values += page.values();
    yield* page.write(writer);
  };
  for await (const row of rows) {
    page.beginRow(row !== null);
    for await (const piece of row?.pieces ?? []) {
      if (piece.byteLength >= PAGE_BYTES) yield* flush();
      page.add(piece, row?.width ?? piece.length);
      if (page.bytes() >= PAGE_BYTES) yield* flush();
    }
    page.endRow();
  }
  yield* flush();
  return describe(column, { start, end: writer.offset, values });
}

/** Collects rows, or pieces of one, until they are written as a page. */
function startPage({ hasFrames }: NumberColumn) {
  const repetition = collectLevels();
  const definition = collectLevels();
  const deepest = hasFrames ? 2 : 1;
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let values = 0;
  let isNull = false;
  let isEmpty = true;

  const addLevels = (repeated: number, defined: number, count: number) => {
    repetition.add(repeated, count);
    definition.add(defined, count);
    values += count;
  };
  return {
    bytes: () => bytes,
    values: () => values,
    beginRow(isThere: boolean) {
      isNull = !isThere;
      isEmpty = true;
    },
    add(piece: Float32Array, width: number) {
      for (let first = 0; first < piece.length; first += width) {
        addLevels(isEmpty ? 0 : 1, deepest + 1, 1);
        if (width > 1) addLevels(deepest, deepest + 1, width - 1);
        isEmpty = false;
      }
      pieces.push(bytesOf(piece));
      bytes += piece.byteLength;
    },
    endRow() {
      if (isEmpty) addLevels(0, isNull ? 0 : 1, 1);
    },
    *write(writer: ByteWriter): Generator<Uint8Array> {
      if (values === 0) return;
      const levels = [repetition.take(), definition.take()];
      const size = bytes + levels.reduce((sum, { length }) => sum + length, 0);
      // Pages of the second version have whole rows.
      writePageHeader(writer, {
        type: "DATA_PAGE",
        uncompressed_page_size: size,
        compressed_page_size: size,
        data_page_header: {
          num_values: values,
          encoding: "PLAIN",
          definition_level_encoding: "RLE",
          repetition_level_encoding: "RLE",
        },
      });
      for (const runs of levels) writer.appendBytes(runs);
      yield takeBytes(writer);
      writer.offset += bytes;
      const written = pieces.length === 1 ? (pieces[0] as Uint8Array) : joinBytes(pieces);
      pieces = [];
      bytes = 0;
      values = 0;
      if (written.length > 0) yield written;
    },
  };
}

interface ChunkFacts {
  readonly start: number;
  readonly end: number;
  readonly values: number;
}

function describe({ name, hasFrames }: NumberColumn, facts: ChunkFacts): ColumnChunk {
  const { start, end, values } = facts;
  const list = ["list", "element"];
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: "FLOAT",
      encodings: ["PLAIN", "RLE"],
      path_in_schema: [name, ...list, ...(hasFrames ? list : [])],
      codec: "UNCOMPRESSED",
      num_values: BigInt(values),
      total_uncompressed_size: BigInt(end - start),
      total_compressed_size: BigInt(end - start),
      data_page_offset: BigInt(start),
    },
  };
}

/** The bytes that were written since they were last taken. */
export function takeBytes(writer: ByteWriter): Uint8Array {
  const taken = writer.getBytes().slice();
  writer.index = 0;
  return taken;
}
