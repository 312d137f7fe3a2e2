/** What is fuzzed: cases, and how to tell that one of them went wrong. */
import fc from "fast-check";

/** A case that went wrong, as small as it was found. */
export interface Finding {
  readonly target: string;
  /** With it and `--only`, the run finds it again. */
  readonly seed: number;
  readonly wrong: string;
  /** What was asked, in words or as JSON. */
  readonly case: string;
  readonly bytes: Uint8Array;
}

/** Some cases of one seed. */
export interface Round {
  readonly cases: number;
  readonly finding: Finding | null;
}

/** A target that is ready. */
export interface OpenTarget {
  /** Tries cases of one seed until the time is over. */
  round(seed: number, limitMs: number): Promise<Round>;
  /** Figures for the summary, such as the longest stall. */
  summary(): string;
  /** Says what is wrong after all cases (memory that is not given back), or null. */
  end(): Promise<string | null>;
  close(): Promise<void>;
}

export interface FuzzTarget {
  readonly name: string;
  open(): Promise<OpenTarget>;
}

/** What is to be written down of a case. */
export interface Told {
  readonly text: string;
  readonly bytes: Uint8Array;
}

const CASES_PER_ROUND = 200;

/**
 * Tries cases until one is wrong, which is shrunk.
 * @param check gives what is wrong with a case, or null
 */
export async function tryCases<Case>(
  target: string,
  cases: fc.Arbitrary<Case>,
  check: (given: Case) => Promise<string | null>,
  tell: (given: Case) => Told,
  { seed, limitMs }: { readonly seed: number; readonly limitMs: number },
): Promise<Round> {
  let count = 0;
  let wrong = "";
  const property = fc.asyncProperty(cases, async (given) => {
    count++;
    const answer = await check(given);
    if (answer === null) return;
    wrong = answer;
    throw new Error(answer);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: CASES_PER_ROUND,
    interruptAfterTimeLimit: Math.max(1, limitMs),
  });
  if (!details.failed || details.counterexample === null) return { cases: count, finding: null };
  const { text, bytes } = tell(details.counterexample[0]);
  return { cases: count, finding: { target, seed, wrong, case: text, bytes } };
}
