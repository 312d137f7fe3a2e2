/** How slowly, and in how small pieces, a body may come. */
import { UndertoneError } from "../errors.ts";

/** What a sender has to keep to. */
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
  /** Stops watching. */
  end(): void;
}

/**
 * Begins to watch. Only time that is spent waiting for the sender counts: it may be we who are slow. The first judgement
 * comes after `averagedOverSeconds`, so that is the grace of a connection that has to begin.
 */
export function watchPace(rules: PaceRules, now = () => performance.now()): BodyPace {
  const windowMs = rules.averagedOverSeconds * 1000;
  let allBytes = 0;
  let windowBytes = 0;
  let waitedMs = 0;
  let waitingSinceMs: number | null = null;
  let giveUp = (_error: UndertoneError): void => {};
  let timer: ReturnType<typeof setTimeout> | undefined;

  const judge = (): void => {
    const waited = waitedMs + (waitingSinceMs === null ? 0 : now() - waitingSinceMs);
    if (waited < windowMs) {
      judgeIn(windowMs - waited);
    } else if (windowBytes < rules.minBytesPerSecond * rules.averagedOverSeconds) {
      giveUp(tooSlow(rules));
    } else {
      windowBytes = 0;
      waitedMs = 0;
      if (waitingSinceMs !== null) waitingSinceMs = now();
      judgeIn(windowMs);
    }
  };
  // Timers may be early by a millisecond.
  const judgeIn = (ms: number): void => {
    timer = setTimeout(judge, Math.ceil(ms) + 1);
  };
  if (rules.minBytesPerSecond > 0) judgeIn(windowMs);

  return {
    async wait(next) {
      waitingSinceMs = now();
      try {
        return await new Promise((resolve, reject) => {
          giveUp = reject;
          next.then(resolve, reject);
        });
      } finally {
        waitedMs += now() - (waitingSinceMs ?? now());
        waitingSinceMs = null;
      }
    },
    arrived(bytes, pieces) {
      allBytes += bytes;
      windowBytes += bytes;
      const isFragmented =
        pieces > rules.maxSmallPieces && allBytes < pieces * MIN_AVERAGE_PIECE_BYTES;
      if (isFragmented) throw tooFragmented(rules);
    },
    end: () => clearTimeout(timer),
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
