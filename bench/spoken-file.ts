/** Files that programs such as espeak-ng and flite write. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputOf } from "../support/programs.ts";

/** The bytes of the WAV file that `program` writes to the path that its arguments name. */
export function fileFrom(
  program: string,
  argumentsFor: (path: string) => string[],
): Uint8Array<ArrayBuffer> {
  const folder = mkdtempSync(join(tmpdir(), "undertone-spoken-"));
  try {
    const path = join(folder, "said.wav");
    outputOf(program, argumentsFor(path));
    return new Uint8Array(readFileSync(path));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
