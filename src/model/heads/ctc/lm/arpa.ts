/** Reads ARPA files (Doug Paul's format, as SRILM's ngram-format(5) describes it): n-grams with their probabilities as text. Long because the grammar of the file stands in one place. */
import { breathe } from "../../../../breathe.ts";
import { UndertoneError } from "../../../../errors.ts";
import type { Ngram, NgramModel, WordId } from "./ngrams.ts";

/** Models of these sizes take up to 35 MB, words as letters included: of an isolate's 128, as much as is left beside a budget of 90. */
export const MAX_ARPA_BYTES = 4 * 1024 * 1024;
export const MAX_NGRAMS = 100_000;
const MAX_WORDS = 20_000;
const MAX_ORDER = 6;
const MAX_WORD_CHARACTERS = 64;

/** Reading so many lines takes a few milliseconds. */
const LINES_PER_SLICE = 2000;

const START = "<s>";
const END = "</s>";
const UNKNOWN = ["<unk>", "<UNK>"];

/** A section of n-grams of one order, and how many the head promises. */
interface Section {
  readonly order: number;
  readonly promised: number;
}

/**
 * Reads a model; other work is let in now and then.
 * @throws UndertoneError `invalid-option` for `lm`, naming the line, for a file that is larger than 4 MiB, has more than
 *   100,000 n-grams, 20,000 words or longer n-grams than of six words, or is not as the format wants it.
 */
export async function parseArpa(bytes: Uint8Array): Promise<NgramModel> {
  if (bytes.length > MAX_ARPA_BYTES) {
    throw invalid(`has ${bytes.length} bytes; at most ${MAX_ARPA_BYTES} are taken. Prune it`);
  }
  const lines = decode(bytes).split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() === "\\data\\");
  if (first < 0) throw invalid("has no line \\data\\, so it is no ARPA file");
  const { sections, next } = readHead(lines, first + 1);
  const reader = createReader(sections);
  for (let at = next; at < lines.length && !reader.isOver(); at++) {
    reader.take((lines[at] as string).trim(), at + 1);
    if (at % LINES_PER_SLICE === 0) await breathe();
  }
  return reader.finish();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid("is not text in UTF-8; unpack it first if it is compressed");
  }
}

/** The lines `ngram 1=<count>` … after `\data\`, and where they end. */
function readHead(lines: readonly string[], from: number): { sections: Section[]; next: number } {
  const sections: Section[] = [];
  for (let at = from; at < lines.length; at++) {
    const line = (lines[at] as string).trim();
    if (line === "") continue;
    const [, order, promised] = /^ngram\s+(\d+)\s*=\s*(\d+)$/.exec(line) ?? [];
    if (order === undefined) {
      if (sections.length === 0) throw invalid(`has no counts of n-grams in line ${at + 1}`);
      return { sections, next: at };
    }
    if (Number(order) !== sections.length + 1 || Number(order) > MAX_ORDER) {
      throw invalid(
        `has n-grams of order ${order} in line ${at + 1}; orders go from 1 to ${MAX_ORDER}`,
      );
    }
    if (order === "1" && Number(promised) > MAX_WORDS) {
      throw invalid(`has ${promised} words; at most ${MAX_WORDS} are taken. Prune it`);
    }
    sections.push({ order: Number(order), promised: Number(promised) });
    const size = sections.reduce((sum, section) => sum + section.promised, 0);
    if (size > MAX_NGRAMS) {
      throw invalid(`has ${size} n-grams; at most ${MAX_NGRAMS} are taken. Prune it`);
    }
  }
  throw invalid("ends in its head");
}

/** Takes the lines of the sections, one after the other. */
function createReader(sections: readonly Section[]) {
  const root: Ngram = { log10Probability: Number.NaN, log10Backoff: 0, longer: null };
  const ids = new Map<string, WordId>();
  let current: Section | null = null;
  let taken = 0;
  let size = 0;
  let isOver = false;

  const beginSection = (line: string, lineNumber: number): void => {
    requireWhole();
    const wanted = sections[current === null ? 0 : current.order];
    if (line === "\\end\\" && wanted === undefined) {
      isOver = true;
      return;
    }
    if (wanted === undefined || line !== `\\${wanted.order}-grams:`) {
      const next = wanted === undefined ? "\\end\\" : `\\${wanted.order}-grams:`;
      throw invalid(`has ${shown(line)} in line ${lineNumber}, where ${next} should be`);
    }
    current = wanted;
    taken = 0;
  };

  const requireWhole = (): void => {
    if (current === null || taken === current.promised) return;
    throw invalid(
      `has ${taken} n-grams of order ${current.order} where its head promises ${current.promised}`,
    );
  };

  const takeNgram = (line: string, lineNumber: number, order: number, promised: number): void => {
    if (taken === promised) {
      throw invalid(
        `has more than the promised ${promised} n-grams of order ${order} in line ${lineNumber}`,
      );
    }
    const fields = line.split(/\s+/);
    if (fields.length < order + 1 || fields.length > order + 2) {
      throw invalid(`has no n-gram of order ${order} in line ${lineNumber}`);
    }
    const log10Probability = readLogarithm(fields[0] as string, lineNumber);
    const backoffText = fields[order + 1];
    const log10Backoff = backoffText === undefined ? 0 : readNumber(backoffText, lineNumber);
    const words = fields.slice(1, order + 1);
    let at = root;
    for (const word of words) at = below(at, idOf(word, order, lineNumber));
    if (!Number.isNaN(at.log10Probability))
      throw invalid(`repeats an n-gram in line ${lineNumber}`);
    at.log10Probability = log10Probability;
    at.log10Backoff = log10Backoff;
    taken++;
    size++;
  };

  /** Unigrams make the vocabulary. */
  const idOf = (word: string, order: number, lineNumber: number): WordId => {
    const known = ids.get(word);
    if (known !== undefined) return known;
    if (order > 1)
      throw invalid(`has in line ${lineNumber} the word ${shown(word)}, which is no unigram`);
    if (word.length > MAX_WORD_CHARACTERS) {
      throw invalid(
        `has in line ${lineNumber} a word of more than ${MAX_WORD_CHARACTERS} characters`,
      );
    }
    ids.set(word, ids.size);
    return ids.size - 1;
  };

  return {
    isOver: () => isOver,
    take(line: string, lineNumber: number): void {
      if (line === "") return;
      if (line.startsWith("\\")) beginSection(line, lineNumber);
      else if (current === null)
        throw invalid(`has ${shown(line)} in line ${lineNumber}, where \\1-grams: should be`);
      else takeNgram(line, lineNumber, current.order, current.promised);
    },
    finish(): NgramModel {
      if (!isOver) throw invalid("ends before its line \\end\\");
      const unknown = UNKNOWN.map((word) => ids.get(word)).find((id) => id !== undefined) ?? null;
      const words = new Map(
        [...ids].filter(([word]) => word !== START && word !== END && !UNKNOWN.includes(word)),
      );
      if (words.size === 0) throw invalid("has no words");
      const [start = null, end = null] = [ids.get(START), ids.get(END)];
      return { order: sections.length, size, words, start, end, unknown, root };
    },
  };
}

function below(ngram: Ngram, word: WordId): Ngram {
  ngram.longer ??= new Map();
  let longer = ngram.longer.get(word);
  if (longer === undefined) {
    longer = { log10Probability: Number.NaN, log10Backoff: 0, longer: null };
    ngram.longer.set(word, longer);
  }
  return longer;
}

function readNumber(text: string, lineNumber: number): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw invalid(`has ${shown(text)} in line ${lineNumber}, where a number should be`);
}

/** SRILM writes −99 for log 0, and others −inf. */
function readLogarithm(text: string, lineNumber: number): number {
  if (/^-inf(inity)?$/i.test(text)) return -99;
  const value = readNumber(text, lineNumber);
  if (value <= 0) return value;
  throw invalid(`has a probability above 1 in line ${lineNumber}: ${shown(text)} is its logarithm`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

function invalid(reason: string): UndertoneError {
  return new UndertoneError("invalid-option", `The language model ${reason}.`, { option: "lm" });
}
