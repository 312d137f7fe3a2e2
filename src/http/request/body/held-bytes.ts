/** Counts the memory that bodies of requests hold, so that all of them together stay within a bound. */
import { UndertoneError } from "../../../errors.ts";
import type { MemoryLedger } from "../../../ledger.ts";

/** The memory that one request holds. */
export interface Holding {
  /**
   * Counts `bytes` more, before they are held.
   * @throws UndertoneError `caller-memory-full` if the caller would hold more than one may, `body-memory-full` if all callers
   *   together would, `overloaded` if the isolate's memory is in use; nothing is counted then.
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

/** Bounds in bytes, within the ledger. */
export interface HeldBounds {
  readonly maxBytes: number;
  readonly maxBytesPerCaller: number;
  readonly ledger: MemoryLedger;
}

/** About the time that a body of a few megabytes takes. */
const RETRY_AFTER_SECONDS = 2;

/** Counts from zero; callers that hold nothing are forgotten. */
export function countHeldBytes({ maxBytes, maxBytesPerCaller, ledger }: HeldBounds): HeldBytes {
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
      const entry = ledger.open("bodies");
      return {
        hold(bytes) {
          const callers = heldByCaller.get(caller) ?? 0;
          if (callers + bytes > maxBytesPerCaller) throw callerMemoryFull(maxBytesPerCaller);
          if (held + bytes > maxBytes) throw bodyMemoryFull(maxBytes);
          entry.hold(bytes);
          add(caller, bytes);
        },
        release() {
          add(caller, -entry.bytes);
          entry.release();
        },
      };
    },
  };
}

function callerMemoryFull(maxBytes: number): UndertoneError {
  return new UndertoneError(
    "caller-memory-full",
    `The bodies of your requests under way hold the ${maxBytes} bytes that one caller may hold. Wait until some of them are answered, or ${RETRY_AFTER_SECONDS} s, then send this one again.`,
    { maxBytes, retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}

function bodyMemoryFull(maxBytes: number): UndertoneError {
  return new UndertoneError(
    "body-memory-full",
    `The bodies of requests under way hold all of the ${maxBytes} bytes that there are for them. Send this one again in ${RETRY_AFTER_SECONDS} s.`,
    { maxBytes, retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
