/** How often, and for how long, the windows of a recording and their joining are tried before its job fails. */
import { UndertoneError } from "../../errors.ts";
import type { Job } from "../job.ts";

/** How often a window was begun. */
export interface WindowTries {
  /** Which try it is, from 1. */
  readonly tries: number;
  /** Tries that failed with a reason. */
  readonly failures: number;
}

/** Tries of which nothing more was heard. One may be chance, and so may a few: a machine may be switched off again and again. */
const MOST_LOST_TRIES = 6;
/** A recording may wait long for its windows, but not for ever: files that cannot be read are waited for, too. */
export const LONGEST_RECORDING_MS = 7 * 24 * 3600_000;

/** @throws UndertoneError `computation-lost`. */
export function requireWindowTriesLeft({ tries, failures }: WindowTries): void {
  const lost = tries - 1 - failures;
  if (lost < MOST_LOST_TRIES) return;
  throw computationLost("The window", lost, "or have WINDOW_SECONDS lowered");
}

/**
 * @param job read while its recording is being joined, which its `unendedComputations` count as one
 * @throws UndertoneError `computation-lost`.
 */
export function requireJoinTriesLeft({ unendedComputations }: Job): void {
  const lost = unendedComputations - 1;
  if (lost < MOST_LOST_TRIES) return;
  throw computationLost("The joining of all windows", lost, "or hand in a shorter recording");
}

/** @throws UndertoneError `tries-exhausted`. */
export function requireTimeLeft({ recordingBeganAt }: Job, nowMs: number): void {
  if (recordingBeganAt === null || nowMs - recordingBeganAt < LONGEST_RECORDING_MS) return;
  const days = LONGEST_RECORDING_MS / (24 * 3600_000);
  throw new UndertoneError(
    "tries-exhausted",
    `The recording was not done within ${days} days. Submit it again, or have more of its windows computed at once.`,
  );
}

function computationLost(what: string, lost: number, instead: string): UndertoneError {
  return new UndertoneError(
    "computation-lost",
    `${what} was begun ${lost} times, and each time its isolate or process ended before it did, most likely for want of ` +
      `memory or processor time. Use a smaller model, ${instead}.`,
  );
}
