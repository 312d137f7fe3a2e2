/** What a call refuses with. */
import { UndertoneError } from "../../../src/errors.ts";

/** The UndertoneError that `call` throws; any other exception, or none, fails the test. */
export function refusalOf(call: () => unknown): UndertoneError {
  try {
    call();
  } catch (error) {
    if (error instanceof UndertoneError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
