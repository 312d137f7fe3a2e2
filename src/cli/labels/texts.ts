/** Clips whose words are known: lines of a file and what is said in it. */
import { dirname, resolve } from "node:path";
import { UndertoneError } from "../../errors.ts";
import { parseCsv, readTextFile } from "./csv.ts";

/** A clip, by its path, and its words. */
export interface LabelledClip {
  readonly path: string;
  readonly text: string;
}

const COLUMNS = ["clip", "text"] as const;
const HOW_TO_WRITE =
  "Write lines such as `one.wav,the words of one`; a first line `clip,text` may name the columns.";

/**
 * Reads a file of clips and texts; paths in it are relative to its own.
 * @throws UndertoneError `not-found`, and `invalid-option` naming the line that is wrong, or if no words are named.
 */
export async function readTexts(path: string): Promise<LabelledClip[]> {
  const directory = dirname(path);
  const clips = parseTexts(await readTextFile(path)).map((clip) => ({
    ...clip,
    path: resolve(directory, clip.path),
  }));
  if (clips.every(({ text }) => text === "")) throw invalid("No clip has words.");
  return clips;
}

/**
 * Parses lines of comma-separated values; a clip without words is one in which nothing is said.
 * @throws UndertoneError `invalid-option`.
 */
export function parseTexts(text: string): LabelledClip[] {
  return parseCsv(text, COLUMNS, invalid).map(({ number, values }) => {
    const [path = "", words] = values;
    if (path === "" || words === undefined || values.length > COLUMNS.length) {
      throw invalid(
        `Line ${number} is not a clip and its text; a text with a comma has to be quoted.`,
      );
    }
    return { path, text: words };
  });
}

function invalid(problem: string): UndertoneError {
  return new UndertoneError("invalid-option", `${problem} ${HOW_TO_WRITE}`, { option: "labels" });
}
