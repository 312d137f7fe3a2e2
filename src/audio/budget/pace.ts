/** Keeps decoding from holding up everything else: it goes on in slices, and between them other work is let in. */
import { breathe } from "../../breathe.ts";
import { UndertoneError } from "../../errors.ts";
import type { AudioBlock } from "../block.ts";
import type { GiveWay } from "./turns.ts";

/** The length of a slice where the clock advances during computation. */
const SLICE_MS = 8;
/** The work of a slice where the clock stands still, as on deployed Workers: about as much as in `SLICE_MS`. */
const SLICE_WORK = 8_192;
/** The clock is not looked at more often. */
const WORK_BETWEEN_LOOKS = 32;
/** A process that was stopped for longer did not compute all that time. */
const LONGEST_SLICE_MS = 250;
/** Converting and resampling so many samples takes about as long as one step through a file, 1 µs. */
const SAMPLES_PER_STEP = 16;
/** The fixed cost of a block. */
const STEPS_PER_BLOCK = 8;

/** The pace of one clip's decoding. Work is counted in steps through its file, or in what takes as long. */
export interface Pace {
  /** Milliseconds of all slices that have ended, waiting left out; 0 where the clock stands still. */
  readonly busyMs: number;
  /**
   * Says that something was done. What is returned has to be waited for before going on.
   * @throws UndertoneError `request-aborted`, by the promise, once the client has gone.
   */
  spend(steps: number): Promise<void> | undefined;
  /** Waits for something, which is no work. */
  wait<Value>(value: Promise<Value>): Promise<Value>;
  /** @throws UndertoneError `request-aborted` once the client has gone. */
  requireClient(): void;
}

/**
 * Begins a slice.
 * @param giveWay lets other work in between slices
 */
export function createPace(
  signal?: AbortSignal,
  giveWay: GiveWay = breathe,
  now = () => performance.now(),
): Pace {
  let sliceStartMs = now();
  let sliceWork = 0;
  let lookedAt = 0;
  let busyMs = 0;

  const requireClient = () => {
    if (signal?.aborted) throw clientGone();
  };
  const rest = async (): Promise<void> => {
    busyMs += Math.min(now() - sliceStartMs, LONGEST_SLICE_MS);
    await giveWay(busyMs);
    sliceStartMs = now();
    sliceWork = 0;
    lookedAt = 0;
    requireClient();
  };

  return {
    get busyMs() {
      return busyMs;
    },
    spend(steps) {
      sliceWork += steps;
      if (sliceWork - lookedAt < WORK_BETWEEN_LOOKS) return undefined;
      lookedAt = sliceWork;
      return sliceWork >= SLICE_WORK || now() - sliceStartMs >= SLICE_MS ? rest() : undefined;
    },
    async wait(value) {
      const doneMs = now() - sliceStartMs;
      try {
        return await value;
      } finally {
        sliceStartMs = now() - doneMs;
      }
    },
    requireClient,
  };
}

/** The work of a block, in steps. */
export function stepsOfBlock({ channels }: AudioBlock): number {
  return STEPS_PER_BLOCK + ((channels[0]?.length ?? 0) * channels.length) / SAMPLES_PER_STEP;
}

/**
 * The same blocks, with other work let in between now and then.
 * @throws UndertoneError `request-aborted` once the client has gone.
 */
export async function* paced(
  blocks: AsyncIterable<AudioBlock>,
  pace: Pace,
): AsyncGenerator<AudioBlock> {
  for await (const block of blocks) {
    await pace.spend(stepsOfBlock(block));
    pace.requireClient();
    yield block;
  }
}

/** The error of a clip whose client has gone. */
export function clientGone(): UndertoneError {
  return new UndertoneError("request-aborted", "The client went away while its clip was read.");
}
