/** Lines of a batch as rows: answers are read at once, features when their column is written. */

import { floatsOf } from "../../../bytes.ts";
import { parseLongJson } from "../../../formats/long-json.ts";
import { clipMetadata } from "../../../formats/metadata.ts";
import type { NumberRow } from "../../../formats/parquet/numbers.ts";
import type { KeptFeatures, ModelStamp } from "../../../results/computed.ts";
import { type ResultPlace, readPart, readTensor } from "../../../results/parts.ts";
import type { JobContext } from "../../context.ts";
import { expired, type LineOutcome } from "../outcomes.ts";
import {
  answerNumbers,
  answerValues,
  type ClipFacts,
  EMBEDDING,
  lineValues,
  type RowValues,
} from "./columns.ts";
import type { StoredHeader } from "./survey.ts";

/** A row, with its numbers or where they are. */
export interface BatchRow {
  readonly values: RowValues;
  /** Bytes of its answer; 0 without one. */
  readonly answerBytes: number;
  /** The row of a column of numbers; `null` if it has none. */
  numbersOf(column: string): NumberRow | null;
}

/** The members that answers about one clip have; those about two have `model` alone. */
interface Answer {
  readonly model: { readonly id: string };
  readonly audio?: {
    readonly seconds: number;
    readonly warnings: readonly { readonly code: string }[];
  };
  readonly frames?: number;
  readonly silent?: readonly object[];
}

const NO_NUMBERS = () => null;

/** Reads a line; one whose result is gone meanwhile is expired. */
export async function readRow(context: JobContext, outcome: LineOutcome): Promise<BatchRow> {
  const { result, task } = outcome;
  if (result === null) return emptyRow(outcome);
  const header: StoredHeader & { readonly model: ModelStamp } = JSON.parse(result.header);
  if (header.tensors !== undefined) return featuresRow(context, outcome, result, header);
  const bytes = await readPart(context, result, 0);
  if (bytes === null) return emptyRow(expired(outcome));
  const answer = (await parseLongJson(bytes)) as unknown as Answer;
  const numbers = answerNumbers(task, answer);
  return {
    values: { ...lineValues(outcome, clipFacts(answer)), ...answerValues(task, answer) },
    answerBytes: bytes.length,
    numbersOf: (column) =>
      column === EMBEDDING && numbers !== null
        ? { width: numbers.length, pieces: [numbers] }
        : null,
  };
}

function emptyRow(outcome: LineOutcome): BatchRow {
  return { values: lineValues(outcome, null), answerBytes: 0, numbersOf: NO_NUMBERS };
}

function featuresRow(
  context: JobContext,
  outcome: LineOutcome,
  result: ResultPlace,
  { tensors = [], ...features }: StoredHeader & object,
): BatchRow {
  const clip = clipMetadata(features as Omit<KeptFeatures, "tensors">);
  return {
    values: lineValues(outcome, clipFacts(clip)),
    answerBytes: 0,
    numbersOf(column) {
      const index = tensors.findIndex(({ name }) => name === column);
      const width = tensors[index]?.shape.at(-1);
      return width === undefined
        ? null
        : { width, pieces: floats(readTensor(context, result, index)) };
    },
  };
}

function clipFacts({ model, audio, frames, silent }: Answer): ClipFacts {
  return {
    model: model.id,
    ...(audio && {
      seconds: audio.seconds,
      warnings: audio.warnings.map(({ code }) => code).join(","),
    }),
    ...(frames !== undefined && { frames }),
    ...(silent && { silent: JSON.stringify(silent) }),
  };
}

async function* floats(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Float32Array> {
  for await (const bytes of pieces) yield floatsOf(bytes);
}
