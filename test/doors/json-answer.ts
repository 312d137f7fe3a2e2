/** Answers of the service in JSON, as outcomes. */
import type { AudioBlock, ClipRefusal, Outcome } from "./door.ts";

/** What to ask for, so that numbers come with all their bits. */
export const ANSWER_OPTIONS = { format: "json", encoding: "base64" } as const;

/** An answer of POST /v1/features, the result of a job or a file that the command line wrote. */
export interface JsonAnswer {
  readonly audio: AudioBlock;
  readonly frames: number;
  readonly layers: readonly [{ readonly data: string }];
}

/** A problem document (RFC 9457). */
export interface JsonProblem {
  readonly type: string;
  readonly detail: string;
}

export function answered({ audio, frames, layers: [{ data }] }: JsonAnswer): Outcome {
  return { audio, frames, numbers: data };
}

export function refused({ type, detail }: JsonProblem): ClipRefusal {
  return { slug: type.replace("/problems/", ""), detail };
}
