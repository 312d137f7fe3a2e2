/** A diagnosis as a table for people. */
import type { Diagnosis } from "./examine.ts";

const SUMMARIES = {
  ok: "All is well.",
  slow: "It works; see what is slow.",
  broken: "Something is broken.",
} as const;

/** One line for each check, with what to do below it. */
export function table({ url, status, checks }: Diagnosis): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = " ".repeat(STATUS_WIDTH + width + 2 * GAP.length);
  const lines = checks.flatMap(({ name, status, detail, advice }) => {
    const line = [status.padEnd(STATUS_WIDTH), name.padEnd(width), detail].join(GAP);
    return advice === null ? [line] : [line, `${indent}→ ${advice}`];
  });
  return [url, "", ...lines, "", SUMMARIES[status]].join("\n");
}

const GAP = "  ";
const STATUS_WIDTH = "skipped".length;
