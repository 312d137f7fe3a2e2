/** The command line's message for an error. */
import { UndertoneError } from "../../errors.ts";

/** The message for the user; `null` for a fault of this program, for which the stack is printed. */
export function sentenceOf(error: unknown): string | null {
  if (error instanceof UndertoneError) return `${error.slug}: ${error.message}`;
  // Node's message of a failed system call has its code, the operation and the path.
  if (isSystemError(error)) return error.message;
  return isWithoutWrangler(error)
    ? "wrangler is missing, which buckets and databases of Cloudflare need: run this in a clone of Undertone, or name a --directory or a --database."
    : null;
}

/** True for a failed system call, such as a full disk. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** The package on npm has no wrangler, whose configuration is in a clone as well. */
function isWithoutWrangler(error: unknown): boolean {
  return error instanceof Error && /^Cannot find (package|module) 'wrangler/.test(error.message);
}
