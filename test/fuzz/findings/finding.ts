/** What went wrong, as it is written down: enough to try it again. */

/** A case as text. */
export interface WrittenCase {
  /** How the bytes came about. */
  readonly history?: string;
  /** Of a request, names of what exists left open (`{{job}}`). */
  readonly request?: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** The path of its operation in the OpenAPI document. */
    readonly operation?: string;
  };
  /** In base64; null for a request without a body. */
  readonly body: string | null;
  /** The pieces in which the body was sent. */
  readonly pieceBytes?: readonly number[];
}

/** A case that went wrong, as small as it was found. */
export interface Finding {
  /** The target's name. */
  readonly target: string;
  /** With it and `--only`, a run begins with the round that found it. */
  readonly seed: number;
  readonly wrong: string;
  /** Null if it is the round as a whole that went wrong. */
  readonly case: WrittenCase | null;
}

/** One line for whoever reads the run's output. */
export function titleOf({ case: written }: Finding): string {
  if (written === null) return "a round";
  return written.history ?? JSON.stringify(written.request);
}
