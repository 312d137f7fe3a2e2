/** A container's audio track as its decoder needs it: how to decode its packets, and which of the samples are heard. */

import type { FrameDecoder } from "../../codecs/frame-decoder.ts";
import type { CodecModules } from "../../codecs/wasm/modules.ts";

/** From `startSeconds` up to `endSeconds`, which may be infinite, of everything that the packets decode to. */
export interface TimeWindow {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** The storage of a track's samples. */
export interface TrackCodec {
  /** ffmpeg's name. */
  readonly codec: string;
  /** Bits per stored sample, where that means something. */
  readonly bitsPerSample: number | null;
  /**
   * Makes a decoder, which the caller frees.
   * @throws UndertoneError `unsupported-codec` if this build leaves the codec out, `clip-damaged` if its set-up makes no sense.
   */
  open(codecs: CodecModules): Promise<FrameDecoder>;
}

/** One packet of a track. */
export interface Packet {
  readonly bytes: Uint8Array;
  /** The length of the end that is not heard. */
  readonly discardSeconds: number;
  /** The most samples of it that are heard; all of them if left out. */
  readonly longestSeconds?: number;
  /** True if bytes that are no packet were passed over right before it. */
  readonly isBehindGap?: boolean;
}

/** Everything that is decoded is heard. */
export const WHOLE: readonly TimeWindow[] = [{ startSeconds: 0, endSeconds: Infinity }];
