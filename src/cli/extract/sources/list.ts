/** The clips that a list of comma-separated values names. */
import { dirname, resolve } from "node:path";
import { UndertoneError } from "../../../errors.ts";
import { parseCsvTable, readTextFile } from "../../labels/csv.ts";
import type { Dataset } from "../clip.ts";

/**
 * Reads a list whose first line names its columns, `path` among them; the others are carried along. Paths are relative to the list.
 * @throws UndertoneError `not-found`; `invalid-option` naming the line that is wrong.
 */
export async function listCsv(path: string): Promise<Dataset> {
  const invalid = (problem: string) =>
    new UndertoneError(
      "invalid-option",
      `${path}: ${problem} The first line names the columns, such as 'path,label'; each other line has a value for each.`,
      { option: "dataset" },
    );
  const { columns, rows } = parseCsvTable(await readTextFile(path), invalid);
  const at = columns.indexOf("path");
  if (at === -1) throw invalid("There is no column 'path'.");
  if (new Set(columns).size < columns.length) throw invalid("Two columns have the same name.");
  if (columns.includes("")) throw invalid("A column has no name.");
  const withoutPath = <Value>(values: readonly Value[]) =>
    values.filter((_, index) => index !== at);
  const clips = rows.map(({ number, values }) => {
    const name = values[at] ?? "";
    if (values.length !== columns.length) {
      throw invalid(`Line ${number} has ${values.length} values for ${columns.length} columns.`);
    }
    if (name === "") throw invalid(`Line ${number} names no clip.`);
    return { name, path: resolve(dirname(path), name), values: withoutPath(values) };
  });
  return { clips, columns: withoutPath(columns), skipped: 0 };
}
