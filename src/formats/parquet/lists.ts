/**
 * Columns of lists. hyparquet-writer encodes a column of a row group in one go, and has whole rows in a page: of a transcript of some
 * hours it would hold the event loop. Here a long list is some pages, and others have their turn between two.
 */
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { encodeNestedValues } from "hyparquet-writer/src/dremel.js";
import type { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import { writePlain } from "hyparquet-writer/src/plain.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { unconvert } from "hyparquet-writer/src/unconvert.js";
import { breathe } from "../../breathe.ts";
import { collectLevels } from "./levels.ts";
import { takeBytes } from "./numbers.ts";

type ColumnChunk = ParquetWriter["row_groups"][number]["columns"][number];
/** The elements from the root to the member of a list that is written. */
export type LeafPath = Parameters<typeof encodeNestedValues>[0];

/** A row: a list, or null. */
export type ListRow = readonly unknown[] | null | undefined;

/** Pages have so many elements of lists at most, and so many rows. */
const PAGE_ELEMENTS = 2048;

/** Some rows, or a part of one. */
interface Slice {
  readonly rows: readonly ListRow[];
  /** True if its first element goes on with the row before. */
  readonly goesOn: boolean;
}

/** Writes one member of the elements of a column of lists, page by page; gives its description. */
export async function* writeList(
  writer: ByteWriter,
  path: LeafPath,
  rows: readonly ListRow[],
): AsyncGenerator<Uint8Array, ColumnChunk> {
  const start = writer.offset;
  let values = 0;
  let uncompressed = 0;
  for (const slice of slicesOf(rows)) {
    const before = writer.offset;
    const page = encodePage(path, slice);
    const compressed = snappyCompress(page.bytes);
    writePageHeader(writer, {
      type: "DATA_PAGE",
      uncompressed_page_size: page.bytes.length,
      compressed_page_size: compressed.length,
      data_page_header: {
        num_values: page.values,
        encoding: "PLAIN",
        definition_level_encoding: "RLE",
        repetition_level_encoding: "RLE",
      },
    });
    uncompressed += writer.offset - before + page.bytes.length;
    writer.appendBytes(compressed);
    values += page.values;
    yield takeBytes(writer);
    await breathe();
  }
  return describe(path, { start, end: writer.offset, values, uncompressed });
}

/** Cuts rows into what a page has. */
function* slicesOf(rows: readonly ListRow[]): Generator<Slice> {
  let some: ListRow[] = [];
  let elements = 0;
  for (const row of rows) {
    const length = row?.length ?? 0;
    if (some.length > 0 && Math.max(elements + length, some.length + 1) > PAGE_ELEMENTS) {
      yield { rows: some, goesOn: false };
      some = [];
      elements = 0;
    }
    if (length <= PAGE_ELEMENTS) {
      some.push(row);
      elements += length;
      continue;
    }
    for (let first = 0; first < length; first += PAGE_ELEMENTS) {
      yield { rows: [row?.slice(first, first + PAGE_ELEMENTS)], goesOn: first > 0 };
    }
  }
  if (some.length > 0) yield { rows: some, goesOn: false };
}

/** The levels and the values of a page. */
function encodePage(path: LeafPath, { rows, goesOn }: Slice) {
  const encoded = encodeNestedValues(path, [...rows]);
  const { values, definitionLevels, repetitionLevels, maxDefinitionLevel } = encoded;
  const page = new ByteWriter();
  const repetition = collectLevels();
  for (const [index, level] of repetitionLevels.entries()) {
    repetition.add(index === 0 && goesOn ? 1 : level, 1);
  }
  const definition = collectLevels();
  for (const level of definitionLevels) definition.add(level, 1);
  page.appendBytes(repetition.take());
  page.appendBytes(definition.take());
  const { element } = path.at(-1) as LeafPath[number];
  const there = Array.from(values).filter((_, at) => definitionLevels[at] === maxDefinitionLevel);
  writePlain(page, unconvert(element, there), typeOf(path), undefined);
  return { bytes: page.getBytes(), values: definitionLevels.length };
}

function typeOf(path: LeafPath) {
  const { type } = path.at(-1)?.element ?? {};
  if (type === undefined) throw new TypeError("only members without members have values");
  return type;
}

interface ChunkFacts {
  readonly start: number;
  readonly end: number;
  readonly values: number;
  readonly uncompressed: number;
}

function describe(path: LeafPath, facts: ChunkFacts): ColumnChunk {
  const { start, end, values, uncompressed } = facts;
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: typeOf(path),
      encodings: ["PLAIN", "RLE"],
      path_in_schema: path.slice(1).map(({ element }) => element.name),
      codec: "SNAPPY",
      num_values: BigInt(values),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(end - start),
      data_page_offset: BigInt(start),
    },
  };
}
