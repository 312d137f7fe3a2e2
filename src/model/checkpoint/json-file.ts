/** Reads one of a checkpoint's JSON files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UndertoneError } from "../../errors.ts";

/**
 * Parses `fileName` in `directory`.
 * @throws UndertoneError `checkpoint-invalid` if it is missing or not JSON.
 */
export async function readJsonFile(directory: string, fileName: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(directory, fileName), "utf8");
  } catch (cause) {
    throw new UndertoneError(
      "checkpoint-invalid",
      `The checkpoint's ${fileName} is missing or unreadable; put it beside the weights.`,
      { file: fileName },
      { cause },
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UndertoneError(
      "checkpoint-invalid",
      `The checkpoint's ${fileName} is not JSON; fetch it again.`,
      { file: fileName },
      { cause },
    );
  }
}
