/** Counts the memory that bodies of requests hold, so that all of them together stay within a bound. */
import { UndertoneError } from "../../../errors.ts";

/** The memory that one request holds. */
export interface Holding {
  /**
   * Counts `bytes` more, before they are held.
   * @throws UndertoneError `overloaded` if the caller, or all callers together, would hold more than they may; nothing is
   *   counted then.
   */
  hold(bytes: number): void;
  /** Gives back everything that the request holds; may be called again. */
  release(): void;
}

/** Counts what is held, for each caller and for all. */
export interface HeldBytes {
  /** Begins to count for one request; `caller` is a key or an address. */
  begin(caller: string): Holding;
}

/** Bounds in bytes. */
export interface HeldBounds {
  readonly maxBytes: number;
  readonly maxBytesPerCaller: number;
}

/** About the time that a body of a few megabytes takes. */
const RETRY_AFTER_SECONDS = 2;

/** Counts from zero; callers that hold nothing are forgotten. */
export function countHeldBytes({ maxBytes, maxBytesPerCaller }: HeldBounds): HeldBytes {
  const heldByCaller = new Map<string, number>();
  let held = 0;

  const add = (caller: string, bytes: number): void => {
    const callers = (heldByCaller.get(caller) ?? 0) + bytes;
    held += bytes;
    if (callers > 0) heldByCaller.set(caller, callers);
    else heldByCaller.delete(caller);
  };

  return {
    begin(caller) {
      let own = 0;
      return {
        hold(bytes) {
          if ((heldByCaller.get(caller) ?? 0) + bytes > maxBytesPerCaller)
            throw callerHoldsTooMuch();
          if (held + bytes > maxBytes) throw allHoldTooMuch();
          add(caller, bytes);
          own += bytes;
        },
        release() {
          add(caller, -own);
          own = 0;
        },
      };
    },
  };
}

function callerHoldsTooMuch(): UndertoneError {
  return overloaded(
    "Your other requests hold as much memory as one caller may have: wait until some of them are answered",
  );
}

function allHoldTooMuch(): UndertoneError {
  return overloaded(
    "The requests that are being received hold all memory that is set aside for them",
  );
}

function overloaded(reason: string): UndertoneError {
  return new UndertoneError(
    "overloaded",
    `${reason}. Send this one again in ${RETRY_AFTER_SECONDS} s.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
