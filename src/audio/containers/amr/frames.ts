/** AMR narrow-band frames one after another (RFC 4867 §5.3), with whatever stands between and behind them. */

import type { ByteSource } from "../../bytes/source.ts";
import { amrFrameBytes } from "../../codecs/amr/open.ts";
import { cutShort, damaged } from "../../faults.ts";
import { isTrailer, passZeros, SEARCHED_BYTES } from "../streams/between-frames.ts";
import type { Packet } from "../tracks/track.ts";

/** The signature of AMR files: `#!AMR` and a line feed. */
const MAGIC = [0x23, 0x21, 0x41, 0x4d, 0x52, 0x0a];
/** The shortest frame that holds sound; a header of 0 begins one. */
const SHORTEST_FRAME_BYTES = 13;
/** One byte in 13 is a header by accident, so that it takes some in a row to tell frames. */
const CONVINCING_FRAMES = 8;
/** Enough where the file ends right behind them. */
const LEAST_FRAMES = 3;

/**
 * Reads frame by frame: past the headers of files that were joined, past zeros, and past up to 64 kB of anything else if other
 * frames follow it.
 * @throws UndertoneError `clip-truncated` if the file ends within a frame, `clip-damaged` if its frames end in something else
 *   than programs leave behind them.
 */
export async function* readAmrFrames(source: ByteSource): AsyncGenerator<Packet> {
  let isBehindGap = false;
  for (;;) {
    const start = await source.peek(SHORTEST_FRAME_BYTES);
    if (start.length === 0) return;
    if (MAGIC.every((byte, index) => start[index] === byte)) {
      await source.skip(MAGIC.length);
      continue;
    }
    const isZeros = start.every((byte) => byte === 0);
    const frameBytes = isZeros ? null : amrFrameBytes(start[0] as number);
    if (frameBytes === null) {
      if (isZeros) await passZeros(source);
      const gapBytes = await goToFrames(source);
      if (gapBytes === null) return;
      isBehindGap ||= gapBytes > 0;
      continue;
    }
    const bytes = await source.read(frameBytes);
    if (bytes.length < frameBytes) throw cutShort("within a frame");
    yield { bytes, discardSeconds: 0, isBehindGap };
    isBehindGap = false;
  }
}

/** Goes to the next frames that others follow; gives how far they were, and null if there are none. */
async function goToFrames(source: ByteSource): Promise<number | null> {
  const bytes = await source.peek(SEARCHED_BYTES);
  const isWhole = bytes.length < SEARCHED_BYTES;
  for (let position = 0; position < bytes.length; position++) {
    if (!isConvincing(bytes, position, isWhole)) continue;
    await source.skip(position);
    return position;
  }
  if (!isTrailer(bytes)) throw damaged("a frame has no valid header");
  return null;
}

function isConvincing(bytes: Uint8Array, start: number, isWhole: boolean): boolean {
  let end = start;
  for (let frames = 0; frames < CONVINCING_FRAMES; frames++) {
    const header = bytes[end];
    if (header === undefined) return isWhole && end === bytes.length && frames >= LEAST_FRAMES;
    const frameBytes = amrFrameBytes(header);
    if (frameBytes === null || header === 0) return false;
    end += frameBytes;
  }
  return true;
}
