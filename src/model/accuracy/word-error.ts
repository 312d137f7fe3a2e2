/** Word error rate: the field's measure of a transcription. */

/** Words that were substituted, deleted or inserted, of so many that were spoken. */
export interface WordErrors {
  readonly errors: number;
  readonly words: number;
}

/** Counts the fewest word edits from what was spoken to what was written (Levenshtein distance over words); case is ignored. */
export function wordErrors(spoken: string, written: string): WordErrors {
  const [reference, hypothesis] = [wordsOf(spoken), wordsOf(written)];
  // One row of the table of distances: from the words of `reference` so far to each beginning of `hypothesis`.
  let row = Array.from({ length: hypothesis.length + 1 }, (_, index) => index);
  for (const [index, word] of reference.entries()) {
    const next = [index + 1];
    for (const [column, other] of hypothesis.entries()) {
      const substituted = (row[column] as number) + Number(word !== other);
      const deleted = (row[column + 1] as number) + 1;
      const inserted = (next[column] as number) + 1;
      next.push(Math.min(substituted, deleted, inserted));
    }
    row = next;
  }
  return { errors: row.at(-1) as number, words: reference.length };
}

/** Errors over words of many transcriptions together. */
export function wordErrorRate(all: readonly WordErrors[]): number {
  const errors = all.reduce((sum, counted) => sum + counted.errors, 0);
  const words = all.reduce((sum, counted) => sum + counted.words, 0);
  return errors / words;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}
