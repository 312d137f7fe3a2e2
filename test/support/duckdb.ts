/** DuckDB, which reads Parquet files by code of its own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance, type DuckDBResultReader } from "@duckdb/node-api";

type Rows = Record<string, unknown>[];

/** Asks DuckDB; rows are objects by column. */
export function query(sql: string): Promise<Rows> {
  return ask(sql, (reader) => reader.getRowObjectsJson() as Rows);
}

/** Asks about the Parquet file of these bytes, which `sql` calls `FILE`. */
export function queryParquet(bytes: Uint8Array, sql = "SELECT * FROM FILE"): Promise<Rows> {
  return withFile(bytes, (file) => query(sql.replaceAll("FILE", file)));
}

/** The same for a column of numbers, of which there may be many. */
export function queryNumbers(bytes: Uint8Array, sql: string): Promise<readonly number[]> {
  return withFile(bytes, (file) =>
    ask(sql.replaceAll("FILE", file), (reader) => reader.getColumns()[0] as number[]),
  );
}

async function ask<Answer>(
  sql: string,
  read: (reader: DuckDBResultReader) => Answer,
): Promise<Answer> {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    return read(await connection.runAndReadAll(sql));
  } finally {
    connection.closeSync();
  }
}

async function withFile<Answer>(
  bytes: Uint8Array,
  work: (file: string) => Promise<Answer>,
): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), "undertone-parquet-"));
  const file = join(folder, "rows.parquet");
  try {
    await writeFile(file, bytes);
    return await work(`'${file}'`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
