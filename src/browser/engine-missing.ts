/** The engine's own files are not to be had. */
import { UndertoneError } from "../errors.ts";

/** Says where they were looked for. */
export function engineMissing(assets: string, cause?: unknown): UndertoneError {
  return new UndertoneError(
    "storage-unavailable",
    `The engine cannot be loaded from ${assets}: check that the files of build/browser/ are served there.`,
    {},
    { cause },
  );
}
