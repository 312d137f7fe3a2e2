/** Frames of MP3 files, for tests that cut, join and break them. */
import { MP3_HEADER_BYTES, readMp3FrameHeader } from "../../src/audio/codecs/mp3/frame-header.ts";

/** The frames of a file, each a view of it: from the first header on, up to what is no frame. */
export function mp3FramesOf(file: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = file.findIndex((_, index) => readMp3FrameHeader(file, index) !== null);
  for (;;) {
    const header = readMp3FrameHeader(file, at);
    if (header === null || at + header.frameBytes > file.length) return frames;
    frames.push(file.subarray(at, at + header.frameBytes));
    at += header.frameBytes;
  }
}

/** The same frame as one of free format, whose length its header does not tell. */
export function inFreeFormat(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const free = frame.slice();
  free[2] = (free[2] as number) & 0x0f;
  return free;
}

/** A frame of silence that tells of others as Fraunhofer's encoder does, in place of `frame`. */
export function vbriFrame(
  frame: Uint8Array,
  frames: number,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const told = frame.slice().fill(0, MP3_HEADER_BYTES);
  const view = new DataView(told.buffer, MP3_HEADER_BYTES + 32);
  view.setUint32(0, 0x56425249);
  view.setUint16(4, 1);
  view.setUint32(10, bytes);
  view.setUint32(14, frames);
  return told;
}

/** The first frame with other numbers of frames and bytes than its Xing or Info header tells. */
export function xingFrame(
  frame: Uint8Array,
  { frames, bytes }: { readonly frames?: number; readonly bytes?: number },
): Uint8Array<ArrayBuffer> {
  const told = frame.slice();
  const name = Buffer.from(told);
  const at = Math.max(name.indexOf("Xing"), name.indexOf("Info"));
  const view = new DataView(told.buffer, at + 8);
  if (frames !== undefined) view.setUint32(0, frames);
  if (bytes !== undefined) view.setUint32(4, bytes);
  return told;
}
