/** Reads config.json, or says what a directory without one is. */
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { UndertoneError } from "../../../errors.ts";
import { foreignDirectory, weightFileNames } from "../foreign/directory.ts";
import { readJsonFile } from "./json-file.ts";

const FILE = "config.json";

/**
 * The config.json in `directory`, parsed as JSON.
 * @throws UndertoneError `checkpoint-invalid` if it is missing, saying what the directory has instead, or not JSON.
 */
export async function readModelConfig(directory: string): Promise<unknown> {
  const entry = await lstat(join(directory, FILE)).catch(() => null);
  if (entry !== null) return readJsonFile(directory, FILE);
  const foreign = await foreignDirectory(directory);
  if (foreign !== null) throw foreign;
  const [weights] = await weightFileNames(directory);
  if (weights === undefined) return readJsonFile(directory, FILE);
  throw new UndertoneError(
    "checkpoint-invalid",
    `${weights} has no ${FILE} beside it. Put the ${FILE} and preprocessor_config.json of the model that it was trained from there; only an original checkpoint of microsoft/unilm needs none, when the file itself is named.`,
    { file: FILE },
  );
}
