/** AMR narrow-band frames (3GPP TS 26.101, RFC 4867 §5.3) → samples at 8 kHz, by opencore-amr. */
import { damaged } from "../../faults.ts";
import type { FrameDecoder } from "../frame-decoder.ts";
import { type CodecBinding, instantiateCodec } from "../wasm/instance.ts";
import type { CodecModules } from "../wasm/modules.ts";

export const AMR_SAMPLE_RATE_HZ = 8_000;

const BINDING = {
  codec: "amr",
  memory: "f",
  initialise: "g",
  functions: { allocate: "h", create: "j", decode: "k", output: "l" },
  imports: { a: "nothing", b: "growHeap", c: "abort", d: "nothing", e: "abort" },
} as const satisfies CodecBinding;

/** A frame with its header byte, by type: the eight rates, comfort noise, and 15, which stands for a frame that is missing. */
const FRAME_BYTES: Readonly<Record<number, number>> = {
  ...[13, 14, 16, 18, 20, 21, 27, 32, 6],
  15: 1,
};
const LARGEST_FRAME_BYTES = 32;

/** The length of a frame by its header byte; null if there is no such frame. */
export function amrFrameBytes(header: number): number | null {
  const isPadded = (header & 0x83) !== 0;
  return isPadded ? null : (FRAME_BYTES[(header >> 3) & 0x0f] ?? null);
}

/**
 * Makes a decoder of packets of one frame or several.
 * @throws UndertoneError `unsupported-codec` if this build leaves AMR out.
 */
export async function createAmrFrames(codecs: CodecModules): Promise<FrameDecoder> {
  const { call, write, float32s, release } = await instantiateCodec(BINDING, codecs);
  const decoder = call.create();
  const frameAddress = call.allocate(LARGEST_FRAME_BYTES);

  const decodeFrame = (frame: Uint8Array): Float32Array<ArrayBuffer> => {
    write(frameAddress, frame);
    const count = call.decode(decoder, frameAddress, frame.length);
    return float32s(call.output(), count);
  };
  return {
    sampleRateHz: AMR_SAMPLE_RATE_HZ,
    decode(packet) {
      const decoded = framesOf(packet).map(decodeFrame);
      return decoded.length === 0 ? null : { channels: [joined(decoded)] };
    },
    free: release,
  };
}

function framesOf(packet: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 0;
  while (at < packet.length) {
    const bytes = amrFrameBytes(packet[at] as number);
    if (bytes === null || at + bytes > packet.length) throw damaged("an AMR frame is broken");
    frames.push(packet.subarray(at, at + bytes));
    at += bytes;
  }
  return frames;
}

function joined(parts: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
