/** What is fuzzed: cases, and how to tell that one of them went wrong. */
import fc from "fast-check";
import type { Finding, WrittenCase } from "./findings/finding.ts";

/** Some cases of one seed. */
export interface Round {
  readonly cases: number;
  readonly finding: Finding | null;
}

/** A target that is ready. */
export interface OpenTarget {
  /** Tries cases of one seed until the time is over. */
  round(seed: number, limitMs: number): Promise<Round>;
  /** Tries the case of a finding again, or its round; gives what is wrong, or null. */
  replay(finding: Finding): Promise<string | null>;
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

/** One kind of cases. */
export interface Cases<Case> {
  readonly target: string;
  readonly arbitrary: fc.Arbitrary<Case>;
  /** Gives what is wrong with a case, or null. */
  check(given: Case): Promise<string | null>;
  write(given: Case): WrittenCase;
}

/** A case and what is wrong with it. */
interface Tried<Case> {
  readonly given: Case | null;
  readonly answer: Promise<string | null>;
}

const CASES_PER_ROUND = 200;
/** A round that is replayed may take this long. */
const REPLAY_MS = 300_000;

/** Tries cases until one is wrong, which is shrunk. The case at which the time ends is waited for, and counts. */
export async function tryCases<Case>(
  { target, arbitrary, check, write }: Cases<Case>,
  { seed, limitMs }: { readonly seed: number; readonly limitMs: number },
): Promise<Round> {
  let count = 0;
  let wrong = "";
  let last: Tried<Case> = { given: null, answer: Promise.resolve(null) };
  const property = fc.asyncProperty(arbitrary, async (given) => {
    count++;
    last = { given, answer: check(given) };
    const answer = await last.answer;
    if (answer === null) return;
    wrong = answer;
    throw new Error(answer);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: CASES_PER_ROUND,
    interruptAfterTimeLimit: Math.max(1, limitMs),
  });
  const found = (given: Case, wrong: string): Round => ({
    cases: count,
    finding: { target, seed, wrong, case: write(given) },
  });
  // A round that is over leaves nothing behind that would meet the next one.
  const lastWrong = await last.answer;
  if (details.failed && details.counterexample !== null) {
    return found(details.counterexample[0], wrong);
  }
  return lastWrong === null || last.given === null
    ? { cases: count, finding: null }
    : found(last.given, lastWrong);
}

/** Does the whole round of a seed again, as a finding asks that is about no single case. */
export async function replayRound(target: OpenTarget, seed: number): Promise<string | null> {
  const { finding } = await target.round(seed, REPLAY_MS);
  return finding?.wrong ?? null;
}
