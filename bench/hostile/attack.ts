/** Interface of attacks, and texts of their answers. */
import type { RawAnswer, RawRequest } from "./raw-request.ts";

export type Runtime = "Node" | "workerd";

/** Whom an attack is for, and who does it. */
export interface Victim {
  readonly url: string;
  /** The key that it is done with, where one is needed. */
  readonly key?: string;
  /** The address of this machine that it comes from. */
  readonly localAddress?: string;
  /** Duration for which unanswered connections are held. */
  readonly holdMs: number;
}

/** Does it once and gives what each request was answered, such as `422 clip-too-costly`. */
export type Strike = (victim: Victim) => Promise<string[]>;

/** A kind of attack. */
export interface Attack {
  /** Its name for `--only`. */
  readonly name: string;
  readonly what: string;
  readonly runtimes: readonly Runtime[];
  /** Makes what is sent, which takes a moment. */
  prepare(): Strike;
}

/** Answer to a request. */
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

/** Counts of answers as text. */
export function tellCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([answer, count]) => (count === 1 ? answer : `${answer} × ${count}`))
    .join(", ");
}

/** Counts of answers. */
export function countsOf(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}
