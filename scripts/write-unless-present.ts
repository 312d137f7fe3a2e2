/** Writing files of a build. */
import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";

/** Writes a file unless these bytes are in it. Several builds may run at once: a file appears whole or not at all. */
export async function writeUnlessPresent(
  file: string,
  content: Uint8Array | string,
): Promise<void> {
  const bytes = Buffer.from(content);
  const present = await readFile(file).catch(() => null);
  if (present?.equals(bytes)) return;
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, file);
}
