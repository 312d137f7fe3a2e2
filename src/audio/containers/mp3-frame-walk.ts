/** Goes along MP3 frames from header to header, to tell a file that ends within one from one that ends behind it. */
import { MP3_HEADER_BYTES, readMp3FrameHeader } from "../codecs/mp3-frame-header.ts";

/** A walk over the bytes of a file from its first frame on. */
export interface Mp3FrameWalk {
  pass(piece: Uint8Array): void;
  /** Whether the bytes so far break off within a frame; never once a header is missing where one should be, as before tags. */
  isWithinFrame(): boolean;
}

/** Starts a walk. */
export function mp3FrameWalk(): Mp3FrameWalk {
  const header = new Uint8Array(MP3_HEADER_BYTES);
  let headerBytes = 0;
  let bytesToNext = 0;
  let isLost = false;
  return {
    pass(piece) {
      let at = 0;
      while (at < piece.length && !isLost) {
        if (bytesToNext > 0) {
          const passed = Math.min(bytesToNext, piece.length - at);
          bytesToNext -= passed;
          at += passed;
          continue;
        }
        header[headerBytes++] = piece[at++] as number;
        if (headerBytes < MP3_HEADER_BYTES) continue;
        headerBytes = 0;
        const frame = readMp3FrameHeader(header, 0);
        if (frame === null) isLost = true;
        else bytesToNext = frame.frameBytes - MP3_HEADER_BYTES;
      }
    },
    isWithinFrame: () => !isLost && bytesToNext > 0,
  };
}
