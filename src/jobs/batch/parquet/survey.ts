/** Looks over the lines of a batch before they are written: which columns there are, and what it takes. */
import { UndertoneError } from "../../../errors.ts";
import type { NumberColumn } from "../../../formats/parquet/numbers.ts";
import { SPREAD_PIECE_BYTES } from "../../../results/spread.ts";
import { tensorBytes } from "../../../results/stored-bytes.ts";
import { TASK_NAMES, type TaskName } from "../../../tasks/names.ts";
import type { JobContext } from "../../context.ts";
import { type LineOutcome, lineOutcomes } from "../outcomes.ts";
import type { LineRange } from "../parts.ts";
import { EMBEDDING } from "./columns.ts";

/** What writing takes beside the largest part of a result: a group's answers, and its pages. */
const WRITING_BYTES = 4 * 1024 * 1024;

/** What is held of an answer in JSON, over its bytes: themselves, its members, and a column of them. */
const ANSWER_FORMS = 4;

/** What a header says of stored features, or of an answer. */
export interface StoredHeader {
  readonly answerBytes?: number;
  readonly tensors?: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly spread?: { readonly tries: readonly unknown[] };
}

/** What lines have in common. */
export interface BatchSurvey {
  readonly tasks: readonly TaskName[];
  readonly numbers: readonly NumberColumn[];
  /** What is held while they are written. */
  readonly heldBytes: number;
}

/**
 * Reads the headers of all results, and none of their bytes.
 * @param maxParts stored parts that one answer may read
 * @throws UndertoneError `invalid-option` for lines whose results are more parts than one answer reads.
 */
export async function surveyBatch(
  context: Pick<JobContext, "database" | "now">,
  batchId: string,
  range: LineRange,
  maxParts: number,
): Promise<BatchSurvey> {
  const tasks = new Set<TaskName>();
  const tensors = new Map<string, NumberColumn>();
  let parts = 0;
  let largestPartBytes = 0;
  const count = (outcome: LineOutcome) => {
    tasks.add(outcome.task);
    if (outcome.result === null) return;
    const stored: StoredHeader = JSON.parse(outcome.result.header);
    parts += (stored.tensors?.length ?? 1) * (stored.spread?.tries.length ?? 1);
    if (parts > maxParts) throw tooManyParts(range, outcome.line, maxParts);
    largestPartBytes = Math.max(largestPartBytes, ANSWER_FORMS * (stored.answerBytes ?? 0));
    for (const tensor of stored.tensors ?? []) {
      const { name, shape } = tensor;
      const hasFrames = shape.length > 1 || tensors.get(name)?.hasFrames === true;
      tensors.set(name, { name, hasFrames });
      const bytes = stored.spread === undefined ? tensorBytes([tensor]) : SPREAD_PIECE_BYTES;
      largestPartBytes = Math.max(largestPartBytes, bytes);
    }
  };
  for await (const outcomes of lineOutcomes(context, batchId, range)) outcomes.forEach(count);
  if (tasks.has("embedding")) tensors.set(EMBEDDING, { name: EMBEDDING, hasFrames: false });
  return {
    tasks: TASK_NAMES.filter((task) => tasks.has(task)),
    numbers: [...tensors.values()],
    heldBytes: WRITING_BYTES + largestPartBytes,
  };
}

function tooManyParts({ first }: LineRange, line: number, maxParts: number): UndertoneError {
  const last = line - 1;
  if (last < first) {
    return new UndertoneError(
      "invalid-option",
      `Option \`format\` is parquet, and line ${line} has more than ${maxParts} stored parts. Read it by GET /v1/jobs/:id/result, and the others by \`first\` and \`last\`.`,
      { option: "format" },
    );
  }
  return new UndertoneError(
    "invalid-option",
    `Option \`last\` has to be ${last} at most: these lines have more than ${maxParts} stored parts. Ask for first=${first}&last=${last}, and then for first=${line}.`,
    { option: "last", last },
  );
}
