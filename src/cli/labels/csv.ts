/** Lists of labels as comma-separated values. */
import { readFile } from "node:fs/promises";
import { UndertoneError } from "../../errors.ts";

/** A line of values, in the order of the columns asked for. */
export interface CsvRow {
  /** From 1. */
  readonly number: number;
  readonly values: readonly (string | undefined)[];
}

/**
 * Reads a file of text.
 * @throws UndertoneError `not-found`.
 */
export function readTextFile(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause) => {
    const reason = `${path} cannot be read: ${cause.message}.`;
    throw new UndertoneError("not-found", reason, {}, { cause });
  });
}

/**
 * Parses lines of comma-separated values (RFC 4180, without line breaks in values). A first line that names all columns may
 * have them in another order.
 * @throws what `invalid` makes of a line with an odd quote
 */
export function parseCsv(
  text: string,
  columns: readonly string[],
  invalid: (problem: string) => UndertoneError,
): CsvRow[] {
  const rows: CsvRow[] = parseRows(text, invalid);
  const [first] = rows;
  const isHeader = first !== undefined && columns.every((column) => first.values.includes(column));
  if (!isHeader) return rows;
  const order = columns.map((column) => first.values.indexOf(column));
  return rows
    .slice(1)
    .map(({ number, values }) => ({ number, values: order.map((index) => values[index]) }));
}

/** A table of values whose first line names the columns. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly number: number; readonly values: readonly string[] }[];
}

/**
 * Parses lines of comma-separated values below a line of names.
 * @throws what `invalid` makes of a line with an odd quote
 */
export function parseCsvTable(
  text: string,
  invalid: (problem: string) => UndertoneError,
): CsvTable {
  const [first, ...rows] = parseRows(text, invalid);
  return { columns: first?.values ?? [], rows };
}

function parseRows(text: string, invalid: (problem: string) => UndertoneError) {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => ({ number, values: splitLine(line, number, invalid) }));
}

function splitLine(
  line: string,
  number: number,
  invalid: (problem: string) => UndertoneError,
): string[] {
  const values = [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(?=,|$)/g)];
  if (values.map(([whole]) => whole).join("") !== line)
    throw invalid(`Line ${number} has an odd quote.`);
  return values.map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain.trim());
}
