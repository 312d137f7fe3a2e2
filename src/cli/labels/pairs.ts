/** Pairs of clips whose speakers are known: lines of two files and whether they are of one speaker. */
import { dirname, resolve } from "node:path";
import { UndertoneError } from "../../errors.ts";
import { parseCsv, readTextFile } from "./csv.ts";

/** Two clips, by their paths, and whether they are of one speaker. */
export interface SpeakerPair {
  readonly a: string;
  readonly b: string;
  readonly isTarget: boolean;
}

const SAME = ["same", "1", "true", "target"];
const DIFFERENT = ["different", "0", "false", "nontarget"];
const COLUMNS = ["a", "b", "same"] as const;

const HOW_TO_WRITE =
  "Write lines such as `one.wav,other.wav,same` and `one.wav,third.wav,different`; a first line `a,b,same` may name the columns.";

/**
 * Reads a file of pairs; paths in it are relative to its own.
 * @throws UndertoneError `not-found`, and `invalid-option` naming the line that is none, or if there are no pairs of one kind.
 */
export async function readPairs(path: string): Promise<SpeakerPair[]> {
  const text = await readTextFile(path);
  const directory = dirname(path);
  const pairs = parsePairs(text).map(({ a, b, isTarget }) => ({
    a: resolve(directory, a),
    b: resolve(directory, b),
    isTarget,
  }));
  for (const isTarget of [true, false]) {
    if (pairs.some((pair) => pair.isTarget === isTarget)) continue;
    const missing = isTarget ? "of one speaker" : "of different speakers";
    throw invalid(`There is no pair ${missing}.`);
  }
  return pairs;
}

/**
 * Parses lines of comma-separated values.
 * @throws UndertoneError `invalid-option`.
 */
export function parsePairs(text: string): SpeakerPair[] {
  return parseCsv(text, COLUMNS, invalid).map(
    ({ number, values: [a = "", b = "", label = ""] }) => {
      if (a === "" || b === "") throw invalid(`Line ${number} does not name two clips.`);
      return { a, b, isTarget: parseLabel(label, number) };
    },
  );
}

function parseLabel(label: string, number: number): boolean {
  const word = label.toLowerCase();
  if (SAME.includes(word)) return true;
  if (DIFFERENT.includes(word)) return false;
  const known = [...SAME, ...DIFFERENT].join(", ");
  throw invalid(`Line ${number} says '${label}', which is none of ${known}.`);
}

function invalid(problem: string): UndertoneError {
  return new UndertoneError("invalid-option", `${problem} ${HOW_TO_WRITE}`, { option: "pairs" });
}
