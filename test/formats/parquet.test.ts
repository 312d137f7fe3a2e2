import { expect, test } from "vitest";
import { joinBytes } from "../../src/bytes.ts";
import { startParquet } from "../../src/formats/parquet/file.ts";
import type { NumberColumn, NumberRow } from "../../src/formats/parquet/numbers.ts";
import { listSchema, structSchema, valueSchema } from "../../src/formats/parquet/schema.ts";
import { queryNumbers, queryParquet } from "../support/duckdb.ts";

const VALUES = [{ name: "line", schema: valueSchema("line", "INT32") }];

/** A file of one column of numbers; each row is its pieces, all frames of one width. */
async function fileOf(
  column: Omit<NumberColumn, "name">,
  groups: readonly (readonly (NumberRow | null)[])[],
): Promise<Uint8Array> {
  const numbers = [{ name: "states.1", ...column }];
  const file = startParquet({ values: VALUES, numbers }, { made: "for a test" });
  const written: Uint8Array[] = [];
  let line = 0;
  for (const rows of groups) {
    const values = rows.map(() => ({ line: ++line }));
    const bytes = file.writeGroup(values, async function* () {
      yield* rows;
    });
    for await (const piece of bytes) written.push(piece);
  }
  return joinBytes([...written, file.finish()]);
}

const row = (width: number, ...pieces: number[][]): NumberRow => ({
  width,
  pieces: pieces.map((numbers) => Float32Array.from(numbers)),
});

test("lists of numbers may differ in length, be empty and be null", async () => {
  const bytes = await fileOf({ hasFrames: false }, [
    [row(3, [1.5, -2, 0.25]), null, row(1, [7])],
    [null],
    [row(2), row(2, [8, 9])],
  ]);
  expect(await queryParquet(bytes)).toEqual([
    { line: 1, "states.1": [1.5, -2, 0.25] },
    { line: 2, "states.1": null },
    { line: 3, "states.1": [7] },
    { line: 4, "states.1": null },
    { line: 5, "states.1": [] },
    { line: 6, "states.1": [8, 9] },
  ]);
});

test("lists of frames come in pieces, with widths of their own", async () => {
  const bytes = await fileOf({ hasFrames: true }, [
    [row(2, [1, 2, 3, 4], [5, 6]), null, row(1, [7], [8]), row(4), row(3, [1, 2, 3])],
  ]);
  expect((await queryParquet(bytes)).map((found) => found["states.1"])).toEqual([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    null,
    [[7], [8]],
    [],
    [[1, 2, 3]],
  ]);
});

test("a row of many pages keeps all its numbers, bit by bit", async () => {
  const width = 256;
  const piece = (seed: number, frames: number) =>
    Float32Array.from({ length: frames * width }, (_, at) => Math.sin(seed + at));
  // The first is a page of its own; the others fill a page together.
  const pieces = [piece(1, 1024), piece(2, 3), piece(3, 500), piece(4, 600)];
  const rows = [
    row(width, [...piece(5, 1)]),
    { width, pieces },
    null,
    row(width, [...piece(6, 2)]),
  ];
  const bytes = await fileOf({ hasFrames: true }, [rows]);
  const lengths = await queryParquet(bytes, `SELECT len("states.1") AS frames FROM FILE`);
  expect(lengths.map(({ frames }) => frames)).toEqual(["1", "2127", null, "2"]);
  const read = await queryNumbers(bytes, `SELECT unnest(flatten("states.1")) FROM FILE`);
  const written = [piece(5, 1), ...pieces, piece(6, 2)].flatMap((numbers) => [...numbers]);
  expect(read.length).toBe(written.length);
  expect(read.findIndex((value, at) => value !== written[at])).toBe(-1);
});

test("values beside them are texts, structs and nulls, and what the file is about", async () => {
  const words = structSchema("element", [
    valueSchema("text", "TEXT"),
    valueSchema("start", "DOUBLE"),
  ]);
  const values = [
    { name: "text", schema: valueSchema("text", "TEXT", true) },
    { name: "words", schema: listSchema("words", words) },
  ];
  const file = startParquet({ values, numbers: [] }, { batch: "b" });
  const rows = [{ text: "ÿ 👋", words: [{ text: "a", start: 0.1 }] }, { words: [] }, {}];
  const written: Uint8Array[] = [];
  for await (const piece of file.writeGroup(rows, async function* () {})) written.push(piece);
  const bytes = joinBytes([...written, file.finish()]);
  expect(await queryParquet(bytes)).toEqual([
    { text: "ÿ 👋", words: [{ text: "a", start: 0.1 }] },
    { text: null, words: [] },
    { text: null, words: null },
  ]);
  const [metadata] = await queryParquet(
    bytes,
    "SELECT decode(value) AS value FROM parquet_kv_metadata(FILE) WHERE decode(key) = 'undertone'",
  );
  expect(metadata).toEqual({ value: '{"batch":"b"}' });
});
