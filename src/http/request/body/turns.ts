/** Turns among the bodies that arrive at once on one event loop, so that all of them together leave room for other requests. */

import { PIECE_BYTES } from "../../../audio/bytes/source.ts";
import { breathe } from "../../../breathe.ts";

/** Reading and keeping so many bytes takes about 2 ms. */
const BYTES_PER_TURN = 512 * 1024;
const PIECES_PER_TURN = BYTES_PER_TURN / PIECE_BYTES;

/** One body's part in the turns. */
export interface BodyTurns {
  /** Says that a piece was taken. What is returned, if anything, has to be waited for before the next one. */
  take(bytes: number): Promise<void> | undefined;
}

/** The first bytes of each body wait for nobody: eight seconds of speech in 16 bits. */
const FREE_BYTES = 256 * 1024;

/** A body that waits for a turn. */
interface Waiting {
  readonly age: number;
  go(): void;
}

/** Makes the turns of one event loop; older bodies go first, which are nearer their end and give their memory back. */
export function createBodyTurns(): () => BodyTurns {
  let bodies = 0;
  let leftBytes = BYTES_PER_TURN;
  let isScheduled = false;
  let waiting: Waiting[] = [];

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    void breathe().then(nextTurn);
  };
  const nextTurn = (): void => {
    isScheduled = false;
    leftBytes = BYTES_PER_TURN;
    waiting.sort((one, other) => one.age - other.age);
    const going = waiting.slice(0, PIECES_PER_TURN);
    waiting = waiting.slice(PIECES_PER_TURN);
    for (const { go } of going) go();
    if (waiting.length > 0) schedule();
  };

  return () => {
    const age = bodies++;
    let takenBytes = 0;
    return {
      take(bytes) {
        takenBytes += bytes;
        leftBytes -= bytes;
        schedule();
        if (takenBytes <= FREE_BYTES) return undefined;
        if (leftBytes > 0 && waiting.length === 0) return undefined;
        return new Promise((resolve) => {
          waiting.push({ age, go: resolve });
        });
      },
    };
  };
}
