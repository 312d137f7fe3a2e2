/** The columns of a batch's results: what every line has, and what the answers of each task have. */
import {
  type ColumnSchema,
  listSchema,
  structSchema,
  type ValueType,
  valueSchema,
} from "../../../formats/parquet/schema.ts";
import type {
  ClassificationAnswer,
  ComparisonAnswer,
  DiarizationAnswer,
  EmbeddingAnswer,
  TranscriptionAnswer,
} from "../../../tasks/answers.ts";
import type { TaskName } from "../../../tasks/names.ts";
import type { LineOutcome } from "../outcomes.ts";

/** A column of values. */
export interface ValueColumn {
  readonly name: string;
  readonly schema: ColumnSchema;
}

/** Values of a row by column; columns that are left out are null. */
export type RowValues = Readonly<Record<string, unknown>>;

/** What is known of the clip of an answer, and of the features that are kept. */
export interface ClipFacts {
  readonly model: string;
  readonly seconds?: number;
  readonly frames?: number;
  /** Their codes, with commas between. */
  readonly warnings?: string;
  /** The spans of silence that were left out, as JSON. */
  readonly silent?: string;
}

function column(name: string, type: ValueType, isOptional = true): ValueColumn {
  return { name, schema: valueSchema(name, type, isOptional) };
}

/** A list of structs; types of their members by name. */
function structs(name: string, members: Readonly<Record<string, ValueType>>): ValueColumn {
  const parts = Object.entries(members).map(([member, type]) => valueSchema(member, type));
  return { name, schema: listSchema(name, structSchema("element", parts)) };
}

/** The columns that all lines have, whatever their tasks. */
export const LINE_COLUMNS: readonly ValueColumn[] = [
  column("line", "INT32", false),
  column("id", "TEXT"),
  column("job_id", "TEXT", false),
  column("task", "TEXT", false),
  column("status", "TEXT", false),
  column("problem", "TEXT"),
  column("detail", "TEXT"),
  column("model", "TEXT"),
  column("seconds", "DOUBLE"),
  column("frames", "INT32"),
  column("warnings", "TEXT"),
  column("silent", "TEXT"),
];

/** What a line has in `LINE_COLUMNS`. */
export function lineValues(outcome: LineOutcome, clip: ClipFacts | null): RowValues {
  const { line, id, jobId, task, status, problem } = outcome;
  return {
    line,
    id,
    job_id: jobId,
    task,
    status,
    problem: problem?.slug,
    detail: problem?.detail,
    ...clip,
  };
}

/** The column of numbers that a task's answers have beside their values. */
export const EMBEDDING = "embedding";

/** The columns of a task beside those of numbers. */
export const TASK_COLUMNS: Readonly<Record<TaskName, readonly ValueColumn[]>> = {
  features: [],
  transcription: [
    column("text", "TEXT"),
    column("confidence", "DOUBLE"),
    structs("words", { text: "TEXT", start: "DOUBLE", end: "DOUBLE", confidence: "DOUBLE" }),
  ],
  embedding: [],
  classification: [structs("labels", { label: "TEXT", score: "DOUBLE" })],
  diarization: [
    { name: "speakers", schema: listSchema("speakers", valueSchema("element", "TEXT")) },
    structs("segments", { speaker: "TEXT", start: "DOUBLE", end: "DOUBLE", probability: "DOUBLE" }),
  ],
  comparison: [
    column("cosine", "DOUBLE"),
    column("threshold", "DOUBLE"),
    column("same_speaker", "BOOLEAN"),
  ],
};

/** What a task's answer has in `TASK_COLUMNS`. */
export function answerValues(task: TaskName, answer: object): RowValues {
  switch (task) {
    case "transcription": {
      const { text, confidence, words } = answer as TranscriptionAnswer;
      return { text, confidence, words };
    }
    case "classification":
      return { labels: (answer as ClassificationAnswer).labels };
    case "diarization": {
      const { speakers, segments } = answer as DiarizationAnswer;
      return { speakers, segments };
    }
    case "comparison": {
      const { cosine, threshold, same_speaker } = answer as ComparisonAnswer;
      return { cosine, threshold: threshold?.cosine, same_speaker };
    }
    default:
      return {};
  }
}

/** The numbers of a task's answer in the column `EMBEDDING`; `null` for an answer without. */
export function answerNumbers(task: TaskName, answer: object): Float32Array | null {
  return task === "embedding" ? Float32Array.from((answer as EmbeddingAnswer).embedding) : null;
}
