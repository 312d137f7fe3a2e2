/** What an attack is, and how the answers to it are told. */
import type { RawAnswer, RawRequest } from "./raw-request.ts";

export type Runtime = "Node" | "workerd";

/** Whom an attack is for, and who does it. */
export interface Victim {
  readonly url: string;
  /** The key that it is done with, where one is needed. */
  readonly key?: string;
  /** The address of this machine that it comes from. */
  readonly localAddress?: string;
  /** How long connections that nobody answers are held. */
  readonly holdMs: number;
}

/** Does it once and gives what each request was answered, such as `422 clip-too-costly`. */
export type Strike = (victim: Victim) => Promise<string[]>;

/** A kind of attack. */
export interface Attack {
  /** What `--only` calls it. */
  readonly name: string;
  readonly what: string;
  readonly runtimes: readonly Runtime[];
  /** Makes what is sent, which takes a moment. */
  prepare(): Strike;
}

/** What a request was answered. */
export async function toldAnswer({ answer }: RawRequest): Promise<string> {
  return answer.then(tell, () => "closed");
}

function tell({ status, body }: RawAnswer): string {
  const slug = slugOf(body);
  return slug === undefined ? `${status}` : `${status} ${slug}`;
}

/** The slug of a problem. */
export function slugOf(body: string): string | undefined {
  return /"type": ?"\/problems\/([a-z-]+)"/.exec(body)?.[1];
}

/** Counts equal answers: `404 unknown-hook × 60`. */
export function tally(answers: readonly string[]): string {
  return tellCounts(countsOf(answers));
}

/** How often each answer came, in words. */
export function tellCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([answer, count]) => (count === 1 ? answer : `${answer} × ${count}`))
    .join(", ");
}

/** How often each answer came. */
export function countsOf(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}
