/** Bounds of a body's rate and of its fragmentation. */
import { UndertoneError } from "../../../errors.ts";

/** The rules for senders. */
export interface PaceRules {
  /** Averaged over each `averagedOverSeconds` of waiting; 0 for no such rule. */
  readonly minBytesPerSecond: number;
  readonly averagedOverSeconds: number;
  /** A body that comes in more pieces than these has to have 64 bytes a piece on average. */
  readonly maxSmallPieces: number;
}

/** Less than the smallest chunk of any client but one that sends every frame of a speech codec by itself. */
const MIN_AVERAGE_PIECE_BYTES = 64;

/** Watches one body. */
export interface BodyPace {
  /**
   * Waits for bytes from the sender.
   * @throws UndertoneError `body-too-slow`
   */
  wait<Value>(next: Promise<Value>): Promise<Value>;
  /**
   * Counts what has arrived; `pieces` are all of them so far.
   * @throws UndertoneError `body-too-fragmented`
   */
  arrived(bytes: number, pieces: number): void;
}

/**
 * Begins to watch. Only time that is spent waiting for the sender counts: it may be we who are slow. The first judgement
 * comes after `averagedOverSeconds`, so that is the grace of a connection that has to begin. There is a timer only while
 * something is waited for: bodies may be left before their end.
 */
export function watchPace(rules: PaceRules, now = () => performance.now()): BodyPace {
  const windowMs = rules.averagedOverSeconds * 1000;
  const leastBytes = rules.minBytesPerSecond * rules.averagedOverSeconds;
  let allBytes = 0;
  let windowBytes = 0;
  let waitedMs = 0;

  const beginWaiting = (giveUp: (error: UndertoneError) => void): (() => void) => {
    let sinceMs = now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const addWait = (): void => {
      waitedMs += now() - sinceMs;
      sinceMs = now();
    };
    const judge = (): void => {
      addWait();
      if (waitedMs >= windowMs) {
        if (windowBytes < leastBytes) {
          giveUp(tooSlow(rules));
          return;
        }
        windowBytes = 0;
        waitedMs = 0;
      }
      startTimer();
    };
    const startTimer = (): void => {
      timer = setTimeout(judge, Math.max(1, Math.ceil(windowMs - waitedMs)));
    };
    startTimer();
    return () => {
      clearTimeout(timer);
      addWait();
    };
  };

  return {
    wait(next) {
      if (leastBytes === 0) return next;
      return new Promise((resolve, reject) => {
        const endWaiting = beginWaiting(reject);
        next.finally(endWaiting).then(resolve, reject);
      });
    },
    arrived(bytes, pieces) {
      allBytes += bytes;
      windowBytes += bytes;
      const isFragmented =
        pieces > rules.maxSmallPieces && allBytes < pieces * MIN_AVERAGE_PIECE_BYTES;
      if (isFragmented) throw tooFragmented(rules);
    },
  };
}

function tooSlow({ minBytesPerSecond, averagedOverSeconds }: PaceRules): UndertoneError {
  return new UndertoneError(
    "body-too-slow",
    `The body comes with less than ${minBytesPerSecond} bytes per second, averaged over ${averagedOverSeconds} s. Send it again over a faster connection, or record it first and send it whole.`,
    { minBytesPerSecond, averagedOverSeconds },
  );
}

function tooFragmented({ maxSmallPieces }: PaceRules): UndertoneError {
  return new UndertoneError(
    "body-too-fragmented",
    `The body comes in more than ${maxSmallPieces} pieces of less than ${MIN_AVERAGE_PIECE_BYTES} bytes on average. Send it in larger chunks, such as 4096 bytes.`,
    { maxSmallPieces, minAveragePieceBytes: MIN_AVERAGE_PIECE_BYTES },
  );
}
