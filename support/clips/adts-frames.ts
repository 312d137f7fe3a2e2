/** Frames of ADTS files, for tests that break, cut and mend them. */
import { joined } from "./bytes.ts";

export const ADTS_HEADER_BYTES = 7;

/** The frames of a file that holds nothing else, each a view of it. */
export function adtsFramesOf(file: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += frames.at(-1)?.length as number) {
    frames.push(file.subarray(at, at + frameBytes(file.subarray(at))));
  }
  return frames;
}

/** A frame with this header, but as long as it is with this block of audio. */
export function adtsFrame(header: Uint8Array, block: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = joined(header, block);
  const length = frame.length;
  frame[3] = ((frame[3] as number) & 0xfc) | (length >> 11);
  frame[4] = (length >> 3) & 0xff;
  frame[5] = ((frame[5] as number) & 0x1f) | ((length & 7) << 5);
  return frame;
}

function frameBytes([, , , high = 0, middle = 0, low = 0]: Uint8Array): number {
  return ((high & 3) << 11) | (middle << 3) | (low >> 5);
}
