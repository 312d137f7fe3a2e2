/** Finds the lines of a body in its bytes, before any of them is decoded or parsed. */
import type { Slices } from "../../jobs/batch/slices.ts";

/** The place of a line: from `start` up to `end`, without the line feed. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** Limits of a body's lines. */
export interface LineLimits {
  readonly maxLines: number;
  readonly maxBlankLines: number;
  /** A longer line is never looked at, and so counts as one that is not blank. */
  readonly maxLineBytes: number;
}

/** The lines of a body, or what it has too many of. */
export type FoundLines = readonly LineRange[] | "too-many-lines" | "too-many-blank-lines";

const LINE_FEED = 0x0a;
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0b, 0x0c, 0x0d]);

/** Finds the lines of `bytes` that are not blank; looks no further than the limits allow. */
export async function findLines(
  bytes: Uint8Array,
  { maxLines, maxBlankLines, maxLineBytes }: LineLimits,
  slices: Slices,
): Promise<FoundLines> {
  const found: LineRange[] = [];
  let blankLines = 0;
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed === -1 ? bytes.length : feed;
    const isLong = end - start > maxLineBytes;
    if (isLong || !isBlank(bytes, start, end)) found.push({ start, end });
    else blankLines++;
    if (found.length > maxLines) return "too-many-lines";
    if (blankLines > maxBlankLines) return "too-many-blank-lines";
    await slices.breatheAfter(isLong ? 0 : end - start);
    start = end + 1;
  }
  return found;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (!BLANKS.has(bytes[at] as number)) return false;
  }
  return true;
}
