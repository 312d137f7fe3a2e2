/** Recognises MP3 frames. */
import {
  MP3_HEADER_BYTES,
  type Mp3FrameHeader,
  measureFreeFrame,
  readMp3FrameHeader,
} from "../../codecs/mp3/frame-header.ts";
import type { FrameSyntax } from "../streams/frame-search.ts";

/** For one file: how long its frames of free format are, if it has such, is learned from the first of them. */
export function mp3Frames(): FrameSyntax<Mp3FrameHeader> {
  let freeFrameBytes: number | null = null;
  return {
    name: "an MP3 frame",
    headerBytes: MP3_HEADER_BYTES,
    read(bytes, start) {
      const header = readMp3FrameHeader(bytes, start, freeFrameBytes);
      if (header !== null || freeFrameBytes !== null) return header;
      freeFrameBytes = measureFreeFrame(bytes, start);
      return freeFrameBytes === null ? null : readMp3FrameHeader(bytes, start, freeFrameBytes);
    },
    isSameStream: (one, other) =>
      one.layer === other.layer &&
      one.sampleRateHz === other.sampleRateHz &&
      one.isFree === other.isFree,
  };
}
