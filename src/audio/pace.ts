/** Keeps decoding from holding up everything else. */
import { UndertoneError } from "../errors.ts";
import type { AudioBlock } from "./decoder.ts";

/** 11 s at 48 kHz, in blocks of a few thousand frames. */
const FRAMES_BETWEEN_BREATHS = 2 ** 19;
/** What a block costs beside its frames, in frames. */
const BLOCK_FRAMES = 1_024;

/**
 * The same blocks, with other work let in between now and then.
 * @throws UndertoneError `request-aborted` once `signal` is aborted.
 */
export async function* paced(
  blocks: AsyncIterable<AudioBlock>,
  signal?: AbortSignal,
): AsyncGenerator<AudioBlock> {
  const breatheAfter = breather(FRAMES_BETWEEN_BREATHS);
  for await (const block of blocks) {
    await breatheAfter((block.channels[0]?.length ?? 0) + BLOCK_FRAMES);
    if (signal?.aborted) {
      throw new UndertoneError("request-aborted", "The client went away while its clip was read.");
    }
    yield block;
  }
}

/** Lets other work in, and what nobody holds any more be collected. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Breathes once as much as `amount` has been done since the last time.
 * @returns what is told how much has been done since the call before.
 */
export function breather(amount: number): (done: number) => Promise<void> {
  let sinceBreath = 0;
  return async (done) => {
    sinceBreath += done;
    if (sinceBreath < amount) return;
    sinceBreath = 0;
    await breathe();
  };
}
