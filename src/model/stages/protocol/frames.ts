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

/** Reads frames out of pieces; no more is held than the piece at hand and what is asked for. */
export function frameReader(pieces: AsyncIterator<Uint8Array>): FrameReader {
  let rest = new Uint8Array();
  let dataBytes = 0;

  /** Fills `target`; false if nothing more came. */
  const fill = async (target: Uint8Array): Promise<boolean> => {
    let filled = 0;
    while (filled < target.length) {
      if (rest.length === 0) {
        const { done, value } = await pieces.next();
        if (done && filled === 0) return false;
        if (done) throw new FrameFault("it ends within a frame");
        rest = value as Uint8Array<ArrayBuffer>;
        continue;
      }
      const taken = rest.subarray(0, target.length - filled);
      target.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
    }
    return true;
  };

  const take = async (bytes: number): Promise<Uint8Array<ArrayBuffer>> => {
    const taken = new Uint8Array(bytes);
    if (bytes > 0 && !(await fill(taken))) throw new FrameFault("it ends within a frame");
    return taken;
  };

  return {
    async header() {
      const prefix = new Uint8Array(PREFIX_BYTES);
      if (!(await fill(prefix))) return null;
      const headerBytes = viewOf(prefix).getUint32(0, true);
      if (headerBytes > MAX_HEADER_BYTES) throw new FrameFault("it is no frame");
      dataBytes = viewOf(prefix).getUint32(4, true);
      return parseJson(await take(headerBytes));
    },
    async numbers(count) {
      if (dataBytes !== count * Float32Array.BYTES_PER_ELEMENT) {
        throw new FrameFault(`it has ${dataBytes} bytes of numbers where ${count} belong`);
      }
      return new Float32Array((await take(dataBytes)).buffer);
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
