/** Tasks that a page asks of its engine. */
import { UndertoneError } from "../errors.ts";
import type { audioMetadata, clipMetadata, modelMetadata } from "../formats/metadata.ts";
import type {
  ClassificationAnswer,
  ComparisonAnswer,
  DiarizationAnswer,
  EmbeddingAnswer,
  TranscriptionAnswer,
} from "../tasks/answers.ts";
import type { ClipInput } from "./clip-input.ts";
import type { Progress } from "./request.ts";

/** The answers by task, without what all of one clip have. */
export interface TaskAnswers {
  readonly transcription: TranscriptionAnswer;
  readonly embedding: EmbeddingAnswer;
  readonly classification: ClassificationAnswer;
  readonly diarization: DiarizationAnswer;
}

/** The members of every answer about one clip, as those of the API. */
export type ClipMembers = ReturnType<typeof clipMetadata>;

/** The answer about two clips. */
export interface PairAnswer extends ComparisonAnswer {
  readonly model: ReturnType<typeof modelMetadata>;
  readonly a: { readonly audio: ReturnType<typeof audioMetadata> };
  readonly b: { readonly audio: ReturnType<typeof audioMetadata> };
}

interface Asked {
  /** Those of the task's endpoint by name, such as `{ decoder: "beam", channel: "left" }`, without `model` and `format`. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** The pack; the engine's if left out. */
  readonly model?: string;
  /** Called while the clip is computed. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A task of one clip. */
export interface TaskRequest<Name extends keyof TaskAnswers = keyof TaskAnswers> extends Asked {
  readonly task: Name;
  readonly clip: ClipInput;
}

/** The comparison of two clips. */
export interface PairRequest extends Asked {
  readonly task: "comparison";
  readonly a: ClipInput;
  readonly b: ClipInput;
}

/**
 * Options as text, as in a query; types are not checked where a page is written in JavaScript.
 * @throws UndertoneError `invalid-option`.
 */
export function optionTexts(options: Asked["options"] = {}): Readonly<Record<string, string>> {
  const texts = Object.entries(options).map(([name, value]) => {
    if (name === "format" || name === "model")
      throw invalid(`${name} is no option of a task here.`);
    if (!["string", "number", "boolean"].includes(typeof value)) {
      throw invalid(`${name} has to be text, a number or a boolean.`);
    }
    return [name, String(value)] as const;
  });
  return Object.fromEntries(texts);
}

function invalid(message: string): UndertoneError {
  return new UndertoneError("invalid-option", message);
}
