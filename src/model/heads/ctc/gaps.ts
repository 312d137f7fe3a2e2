/** Silence that was left out of a CTC head's logits: it is blank, and divides words. */
import type { FrameSpan } from "../../engine/windows/quiet.ts";
import { emptyMatrix, type Matrix } from "../../matrix.ts";
import type { HeadOf } from "../head.ts";
import { bestToken } from "./greedy.ts";

/** Logits with rows for silence: a few, however long it was. */
export interface GappedLogits {
  readonly logits: Matrix;
  /** The frame of the clip that a row is of. */
  frameOf(row: number): number;
}

type Alphabet = Pick<HeadOf<"ctc">, "blank" | "wordDelimiter" | "silent">;

/** Of tokens other than the one that a row stands for: e⁻³⁰ is nothing, and still a number where others are forbidden. */
const UNLIKELY = -30;

/**
 * Puts rows where frames were left out: a blank, and between words a delimiter and another blank, unless one is heard there.
 * @param logits [computed frames, tokens]
 * @param silent the frames that were left out, in their order
 */
export function withGaps(
  logits: Matrix,
  silent: readonly FrameSpan[],
  alphabet: Alphabet,
): GappedLogits {
  if (silent.length === 0) return { logits, frameOf: (row) => row };
  const { columns } = logits;
  const dividers = dividersOf(logits, alphabet);
  const { blank, wordDelimiter } = alphabet;
  const gaps: { readonly row: number; readonly tokens: readonly number[] }[] = [];
  let leftOut = 0;
  for (const { firstFrame, frames } of silent) {
    const row = firstFrame - leftOut;
    const isDivider = wordDelimiter !== null && dividers(row);
    gaps.push({ row, tokens: isDivider ? [blank, wordDelimiter, blank] : [blank] });
    leftOut += frames;
  }
  const rows = gaps.reduce((sum, { tokens }) => sum + tokens.length, logits.rows);
  const gapped = emptyMatrix(rows, columns);
  const frameNumbers = new Int32Array(rows);
  let row = 0;
  let taken = 0;
  let frame = 0;
  const takeUntil = (end: number) => {
    gapped.data.set(logits.data.subarray(taken * columns, end * columns), row * columns);
    for (; taken < end; taken++) frameNumbers[row++] = frame++;
  };
  for (const [index, gap] of gaps.entries()) {
    takeUntil(gap.row);
    for (const [offset, token] of gap.tokens.entries()) {
      gapped.data.fill(UNLIKELY, row * columns, (row + 1) * columns);
      gapped.data[row * columns + token] = 0;
      frameNumbers[row++] = frame + offset;
    }
    frame += (silent[index] as FrameSpan).frames;
  }
  takeUntil(logits.rows);
  return { logits: gapped, frameOf: (at) => frameNumbers[at] as number };
}

/** Tells of gaps, in their order and by the row after them, whether words have to be divided there: between one letter and the next, once. */
function dividersOf(
  logits: Matrix,
  { blank, wordDelimiter, silent }: Alphabet,
): (row: number) => boolean {
  if (wordDelimiter === null || silent.includes(wordDelimiter)) return () => false;
  const heardFrom = (start: number) => {
    for (let row = start; row < logits.rows; row++) {
      const token = bestToken(logits, row);
      if (token !== blank && !silent.includes(token)) return { row, token };
    }
    return null;
  };
  let before: ReturnType<typeof heardFrom> = null;
  let after = heardFrom(0);
  let isDivided = false;
  return (row) => {
    while (after !== null && after.row < row) {
      before = after;
      after = heardFrom(after.row + 1);
      isDivided = false;
    }
    if (before === null || after === null || isDivided) return false;
    if (before.token === wordDelimiter || after.token === wordDelimiter) return false;
    isDivided = true;
    return true;
  };
}
