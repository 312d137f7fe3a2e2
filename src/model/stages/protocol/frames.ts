/** Frames: what a stage and the one that calls it send each other, each a JSON header and float32 numbers, little-endian. */
import { viewOf } from "../../../bytes.ts";

/** Two uint32 before each frame: the bytes of its header, and those of its numbers. */
const PREFIX_BYTES = 8;
const MAX_HEADER_BYTES = 65_536;

/** What comes is not a frame, or ends within one. */
export class FrameFault extends Error {
  override readonly name = "FrameFault";
}

/** The bytes of a frame, its numbers one array after the other. */
export function encodeFrame(
  header: object,
  numbers: readonly Float32Array[] = [],
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  if (text.length > MAX_HEADER_BYTES) throw new RangeError("a frame's header is too long");
  const dataBytes = numbers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const frame = new Uint8Array(PREFIX_BYTES + text.length + dataBytes);
  const view = viewOf(frame);
  view.setUint32(0, text.length, true);
  view.setUint32(4, dataBytes, true);
  frame.set(text, PREFIX_BYTES);
  let filled = PREFIX_BYTES + text.length;
  for (const { buffer, byteOffset, byteLength } of numbers) {
    frame.set(new Uint8Array(buffer, byteOffset, byteLength), filled);
    filled += byteLength;
  }
  return frame;
}

/** The bytes of frames, as they arrive. */
export interface FrameBytes {
  /** The next `count` bytes, in memory of their own; fewer at the end. */
  take(count: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads frames one after the other: of each the header first, then its numbers. */
export interface FrameReader {
  /**
   * The next header, as parsed JSON; null at the end.
   * @throws FrameFault for anything that is no header, or an end within one.
   */
  header(): Promise<unknown>;
  /**
   * The numbers behind the header that was read last, of which there must be `count`.
   * @throws FrameFault for another count, or an end within them.
   */
  numbers(count: number): Promise<Float32Array<ArrayBuffer>>;
}

/** Reads frames; no more is held than what is asked for, and what `bytes` holds. */
export function frameReader(bytes: FrameBytes): FrameReader {
  let dataBytes = 0;

  const take = async (count: number): Promise<Uint8Array<ArrayBuffer>> => {
    const taken = await bytes.take(count);
    if (taken.length < count) throw new FrameFault("it ends within a frame");
    return taken;
  };

  return {
    async header() {
      const prefix = await bytes.take(PREFIX_BYTES);
      if (prefix.length === 0) return null;
      if (prefix.length < PREFIX_BYTES) throw new FrameFault("it ends within a frame");
      const headerBytes = viewOf(prefix).getUint32(0, true);
      if (headerBytes > MAX_HEADER_BYTES) throw new FrameFault("it is no frame");
      dataBytes = viewOf(prefix).getUint32(4, true);
      return parseJson(await take(headerBytes));
    },
    async numbers(count) {
      if (dataBytes !== count * Float32Array.BYTES_PER_ELEMENT) {
        throw new FrameFault(`it has ${dataBytes} bytes of numbers where ${count} belong`);
      }
      const { buffer, byteLength } = await take(dataBytes);
      return new Float32Array(buffer, 0, byteLength / Float32Array.BYTES_PER_ELEMENT);
    },
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new FrameFault("its header is no JSON");
  }
}
