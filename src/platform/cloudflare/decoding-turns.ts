/** Turns of the clips that are decoded at once in an isolate: few, so that what decoders hold is bounded. */
import type { Pieces } from "../../audio/bytes/source.ts";
import type { PrepareClip } from "../../audio/prepare.ts";
import { createSemaphore, type Semaphore } from "../../model/engine/semaphore.ts";

/** A client that sends more slowly than this gives its turn to others until its bytes come. */
const PATIENCE_MS = 100;

/** Bounds of decoding. */
export interface DecodingBounds {
  readonly atOnce: number;
  /** Clips that may wait for their first turn; others are refused. */
  readonly maxWaiting: number;
}

/**
 * Decodes clips as `prepare` does, so many at once.
 * @throws UndertoneError what `prepare` throws, `queue-full` if too many wait already, `request-aborted` while it waits.
 */
export function decodeInTurns(
  prepare: PrepareClip,
  { atOnce, maxWaiting }: DecodingBounds,
): PrepareClip {
  const turns = createSemaphore(atOnce, maxWaiting);
  return async (pieces, request) => {
    const turn = await beginTurn(turns, request.signal);
    try {
      return await prepare(givingWay(pieces, turn), request);
    } finally {
      turn.end();
    }
  };
}

/** The turn of one clip. */
interface Turn {
  /** Gives it to others for a while. */
  pause(): void;
  /** Takes it again, unless the clip is over. */
  resume(): Promise<void>;
  /** The clip is over. */
  end(): void;
}

async function beginTurn(turns: Semaphore, signal: AbortSignal | undefined): Promise<Turn> {
  let giveBack: (() => void) | null = await turns.take(signal);
  let isOver = false;
  const pause = () => {
    giveBack?.();
    giveBack = null;
  };
  return {
    pause,
    async resume() {
      if (isOver) return;
      giveBack = await turns.takeAgain(signal);
      if (isOver) pause();
    },
    end() {
      isOver = true;
      pause();
    },
  };
}

/** The same pieces; the turn is given up while one of them is long in coming. */
async function* givingWay(pieces: Pieces, turn: Turn): AsyncGenerator<Uint8Array> {
  const iterator = iteratorOf(pieces);
  try {
    for (;;) {
      const next = iterator.next();
      if (!(await comesSoon(next))) {
        turn.pause();
        await next.catch(() => {});
        await turn.resume();
      }
      const { done, value } = await next;
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

function iteratorOf(pieces: Pieces): AsyncIterator<Uint8Array> {
  return Symbol.asyncIterator in pieces
    ? pieces[Symbol.asyncIterator]()
    : (async function* () {
        yield* pieces;
      })();
}

function comesSoon(next: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    const comes = () => {
      clearTimeout(timer);
      resolve(true);
    };
    next.then(comes, comes);
  });
}
