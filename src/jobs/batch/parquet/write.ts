/** Results of a batch as a Parquet file: a row for each line. */
import { type ParquetFile, startParquet } from "../../../formats/parquet/file.ts";
import type { JobContext } from "../../context.ts";
import { lineOutcomes } from "../outcomes.ts";
import type { LineRange } from "../parts.ts";
import { LINE_COLUMNS, TASK_COLUMNS } from "./columns.ts";
import { type BatchRow, readRow } from "./rows.ts";
import type { BatchSurvey } from "./survey.ts";

/** A row group ends after so many rows, or bytes of answers. */
const GROUP_ROWS = 500;
const GROUP_ANSWER_BYTES = 256 * 1024;

/**
 * Writes the lines of a batch that is over, piece by piece. Results are read one after the other, features a tensor at a time.
 * @throws UndertoneError `internal` if the features of a line are deleted meanwhile; the next file has that line as `expired`.
 */
export async function* writeBatch(
  context: JobContext,
  batchId: string,
  range: LineRange,
  { tasks, numbers }: BatchSurvey,
): AsyncGenerator<Uint8Array> {
  const values = [...LINE_COLUMNS, ...tasks.flatMap((task) => TASK_COLUMNS[task])];
  const file = startParquet({ values, numbers }, { batch: batchId, ...range });
  let rows: BatchRow[] = [];
  let answerBytes = 0;
  for await (const outcomes of lineOutcomes(context, batchId, range)) {
    for (const outcome of outcomes) {
      const row = await readRow(context, outcome);
      rows.push(row);
      answerBytes += row.answerBytes;
      if (rows.length < GROUP_ROWS && answerBytes < GROUP_ANSWER_BYTES) continue;
      yield* writeRows(file, rows);
      rows = [];
      answerBytes = 0;
    }
  }
  yield* writeRows(file, rows);
  yield file.finish();
}

async function* writeRows(
  file: ParquetFile,
  rows: readonly BatchRow[],
): AsyncGenerator<Uint8Array> {
  if (rows.length === 0) return;
  const values = rows.map((row) => row.values);
  yield* file.writeGroup(values, async function* ({ name }) {
    for (const row of rows) yield row.numbersOf(name);
  });
}
