/** Reads one of a checkpoint's JSON files. */
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UndertoneError } from "../../../errors.ts";
import { danglingLink } from "./dangling-link.ts";

/**
 * Parses `fileName` in `directory`.
 * @throws UndertoneError `checkpoint-invalid` if it is missing or not JSON.
 */
export async function readJsonFile(directory: string, fileName: string): Promise<unknown> {
  const path = join(directory, fileName);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const dangling = await danglingLink(path);
    if (dangling !== null) throw dangling;
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

/**
 * As `readJsonFile`, but undefined where there is no such file.
 * @throws UndertoneError `checkpoint-invalid` if it is not JSON, or a link that leads nowhere.
 */
export async function readOptionalJsonFile(directory: string, fileName: string): Promise<unknown> {
  const entry = await lstat(join(directory, fileName)).catch(() => null);
  return entry === null ? undefined : readJsonFile(directory, fileName);
}
