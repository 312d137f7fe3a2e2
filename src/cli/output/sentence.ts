/** What the command line says of an error. */
import { UndertoneError } from "../../errors.ts";

/** What to tell the user; `null` for a fault of this program, whose stack is what is needed. */
export function sentenceOf(error: unknown): string | null {
  if (error instanceof UndertoneError) return `${error.slug}: ${error.message}`;
  // A call to the system that failed: Node's message has its code, what was tried and the path.
  if (isSystemError(error)) return error.message;
  return null;
}

/** Whether a call to the system failed, such as for want of space. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
