/** The error of speakers that are not there. */
import { UndertoneError } from "../../errors.ts";

/** The error of an id that stands for no speaker, or for somebody else's. */
export function unknownSpeaker(id: string): UndertoneError {
  return new UndertoneError(
    "unknown-speaker",
    `There is no speaker ${id}. GET /v1/speakers lists those there are.`,
  );
}
