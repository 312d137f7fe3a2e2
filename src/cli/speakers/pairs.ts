/** Pairs of clips whose speakers are known: lines of two files and whether they are of one speaker. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UndertoneError } from "../../errors.ts";

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
  const text = await readFile(path, "utf8").catch((cause) => {
    const reason = `${path} cannot be read: ${cause.message}.`;
    throw new UndertoneError("not-found", reason, {}, { cause });
  });
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

/** Parses lines of comma-separated values (RFC 4180, without line breaks in values). */
export function parsePairs(text: string): SpeakerPair[] {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }));
  const rows = lines
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => ({ number, values: splitLine(line, number) }));
  const [first] = rows;
  const isHeader = first !== undefined && COLUMNS.every((column) => first.values.includes(column));
  const order = isHeader ? COLUMNS.map((column) => first.values.indexOf(column)) : [0, 1, 2];
  return (isHeader ? rows.slice(1) : rows).map(({ values, number }) => {
    const [a = "", b = "", label = ""] = order.map((index) => values[index]);
    if (a === "" || b === "") throw invalid(`Line ${number} does not name two clips.`);
    return { a, b, isTarget: parseLabel(label, number) };
  });
}

function splitLine(line: string, number: number): string[] {
  const values = [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(?=,|$)/g)];
  if (values.map(([whole]) => whole).join("") !== line)
    throw invalid(`Line ${number} has an odd quote.`);
  return values.map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain.trim());
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
