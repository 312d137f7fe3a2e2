/** A FLAC stream → its frames, with whatever stands between and behind them. */
import type { UndertoneError } from "../../../errors.ts";
import type { ByteSource } from "../../bytes/source.ts";
import type { FlacFrameHeader } from "../../codecs/flac/frame-header.ts";
import type { StreamInfo } from "../../codecs/flac/stream-info.ts";
import { cutShort, damaged } from "../../faults.ts";
import type { Packet } from "../tracks/track.ts";
import { findFlacFrameEnd } from "./frame-end.ts";
import { goToFlacFrame, requireFlacEnd } from "./frame-search.ts";

/** The most bytes searched in vain for the ends of frames: those of hundreds of broken ones. */
const MOST_LOST_BYTES = 2 ** 25;
/** The fixed cost of an attempt. */
const ATTEMPT_BYTES = 2_048;

/**
 * Splits frame by frame, up to the end of the file or to where another FLAC file begins. Broken frames and other bytes are
 * passed over if frames follow them.
 * @throws UndertoneError `clip-truncated` if the file ends within a frame or before as many samples as its header tells,
 *   `clip-damaged` if its frames end in something else than programs leave behind them.
 */
export async function* readFlacFrames(
  source: ByteSource,
  info: StreamInfo,
): AsyncGenerator<Packet> {
  const progress = streamProgress(info);
  let failure: UndertoneError | null = null;
  let lostBytes = 0;
  let previousBytes = 0;
  for (;;) {
    const place = await goToFlacFrame(source, info);
    if (place === null) break;
    const { header } = place;
    const end = await findFlacFrameEnd(source, header, info, previousBytes);
    if (end.frameBytes === null) {
      failure ??= await faultOf(source, end.searchedBytes);
      lostBytes += end.searchedBytes + ATTEMPT_BYTES;
      if (lostBytes > MOST_LOST_BYTES) throw failure;
      await source.skip(1);
      continue;
    }
    const isBehindGap = failure !== null || place.isBehindGap;
    progress.pass(header, isBehindGap);
    yield { bytes: await source.read(end.frameBytes), discardSeconds: 0, isBehindGap };
    failure = null;
    previousBytes = end.frameBytes;
  }
  if (failure !== null) throw failure;
  if (progress.isComplete()) return;
  await requireFlacEnd(source);
  if (progress.isShort()) throw cutShort("before as many samples as its header tells");
}

/** Of a frame without an end. */
async function faultOf(source: ByteSource, searchedBytes: number): Promise<UndertoneError> {
  const held = await source.peek(searchedBytes + 1);
  return held.length > searchedBytes
    ? damaged("a FLAC frame has no end")
    : cutShort("within a FLAC frame");
}

/** The progress of a stream against the samples of its header, by its frames' samples and by their numbers. */
function streamProgress(info: StreamInfo) {
  const { smallestBlockFrames, largestBlockFrames, totalFrames } = info;
  const isFixed = smallestBlockFrames === largestBlockFrames;
  let decodedFrames = 0;
  let endFrame = 0;
  let isKnown = true;
  return {
    pass({ blockFrames, number, isNumberOfSamples }: FlacFrameHeader, isBehindGap: boolean) {
      const isNumbered = isNumberOfSamples || isFixed;
      const numbered = isNumberOfSamples ? number : number * largestBlockFrames;
      decodedFrames += blockFrames;
      endFrame = Math.max(decodedFrames, isNumbered ? numbered + blockFrames : 0);
      isKnown &&= isNumbered || !isBehindGap;
    },
    isComplete: () => totalFrames > 0 && endFrame >= totalFrames,
    isShort: () => isKnown && endFrame < totalFrames,
  };
}
