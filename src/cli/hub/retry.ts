/** Asks again after failures that pass. */
import { setTimeout as pause } from "node:timers/promises";
import { UndertoneError } from "../../errors.ts";
import { PassingFailure } from "./failures.ts";
import type { HubSettings } from "./settings.ts";

/** Nobody wants to wait longer than this without having been asked. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Does `work` until it succeeds, fails for good, or has failed in passing `attempts` times.
 * @throws UndertoneError of the last failure; at once if the hub wants a longer pause than a minute.
 */
export async function withRetries<Result>(
  { attempts, firstPauseMs }: Pick<HubSettings, "attempts" | "firstPauseMs">,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (failure) {
      if (!(failure instanceof PassingFailure)) throw failure;
      const pauseMs = failure.retryAfterMs ?? firstPauseMs * 2 ** (attempt - 1);
      if (pauseMs > LONGEST_PAUSE_MS) throw askedToWait(failure.error, pauseMs);
      if (attempt >= attempts) throw failure.error;
      await pause(pauseMs);
    }
  }
}

function askedToWait(error: UndertoneError, pauseMs: number): UndertoneError {
  const retryAfterSeconds = Math.ceil(pauseMs / 1000);
  return new UndertoneError(
    error.slug,
    `${error.message} It asks to wait ${retryAfterSeconds} s.`,
    { ...error.extensions, retryAfterSeconds },
    { cause: error },
  );
}
