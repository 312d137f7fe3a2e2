/** What comes of a computation. */
import type { ClipMembers, FeatureTensor, PairAnswer, TaskAnswers } from "../src/browser/index.ts";
import type { Clip } from "./clips.ts";

/** The answer of a task in the names of the API. */
export type Answered =
  | {
      readonly task: "features";
      readonly answer: ClipMembers;
      readonly tensors: readonly FeatureTensor[];
    }
  | { [Name in keyof TaskAnswers]: OfTask<Name> }[keyof TaskAnswers]
  | { readonly task: "comparison"; readonly answer: PairAnswer };

/** The answer of a task about one clip. */
export interface OfTask<Name extends keyof TaskAnswers> {
  readonly task: Name;
  readonly answer: ClipMembers & TaskAnswers[Name];
}

/** An answer and where it was computed. */
export interface Computed {
  readonly answered: Answered;
  /** Such as `the processor, 4 threads`. */
  readonly place: string;
  /** `wasm`, `webgpu` and so on. */
  readonly backend: string;
}

/** The same with what it was made of, and how long that took. */
export interface Outcome extends Computed {
  readonly clips: readonly Clip[];
  readonly decodedBy: "Undertone" | "this browser";
  readonly tookMs: number;
  /** Whether weights were loaded meanwhile. */
  readonly hasLoaded: boolean;
}

/** The sound of each clip, as it was received. */
export function soundsOf({ answer }: Answered): readonly ClipMembers["audio"][] {
  return "audio" in answer ? [answer.audio] : [answer.a.audio, answer.b.audio];
}
