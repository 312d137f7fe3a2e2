/** FLAC frames (RFC 9639) → samples, by libFLAC. */
import { UndertoneError } from "../../../errors.ts";
import { damaged } from "../../faults.ts";
import type { FrameDecoder } from "../frame-decoder.ts";
import { type CodecBinding, type CodecInstance, instantiateCodec } from "../wasm/instance.ts";
import type { CodecModules } from "../wasm/modules.ts";
import { type StreamInfo, writeStreamInfo } from "./stream-info.ts";

const BINDING = {
  codec: "flac",
  memory: "j",
  initialise: "k",
  functions: { release: "l", allocate: "m", create: "n", destroy: "o", decode: "p" },
  imports: {
    a: "abort",
    b: "nothing",
    c: "abort",
    d: "nothing",
    e: "growHeap",
    f: "unsupported",
    g: "unsupported",
    h: "discardOutput",
    i: "unsupported",
  },
} as const satisfies CodecBinding;

const POINTER_BYTES = 4;
/** Bits per sample for which the binding knows what to divide by. */
const DEPTHS = [8, 16, 24, 32];

/**
 * Makes a decoder of whole frames.
 * @throws UndertoneError `unsupported-codec` if this build leaves FLAC out, or for samples of other than 8, 16, 24, 32 bits.
 */
export async function createFlacFrames(
  codecs: CodecModules,
  info: StreamInfo,
): Promise<FrameDecoder> {
  requireDepth(info.bitsPerSample);
  const instance = await instantiateCodec(BINDING, codecs);
  const { call, uint32, writeUint32, float32s } = instance;
  const state = createState(instance);
  let decoder = 0;
  const decode = (bytes: Uint8Array) => {
    const input = call.allocate(bytes.length);
    if (input === 0) throw brokenFrame();
    instance.write(input, bytes);
    writeUint32(state.frames, 0);
    call.decode(decoder, input, bytes.length);
  };
  const start = () => {
    decoder = call.create(...state.outputs);
    decode(writeStreamInfo(info));
  };
  start();
  return {
    sampleRateHz: info.sampleRateHz,
    decode(packet) {
      decode(packet);
      const frames = uint32(state.frames);
      const output = uint32(state.output);
      const isSame =
        uint32(state.channels) === info.channels &&
        uint32(state.bitsPerSample) === info.bitsPerSample;
      if (frames === 0 || !isSame) {
        // Behind some broken frames libFLAC takes no other.
        call.destroy(decoder);
        start();
        throw brokenFrame();
      }
      const channels = Array.from({ length: info.channels }, (_, channel) =>
        float32s(output + channel * frames * Float32Array.BYTES_PER_ELEMENT, frames),
      );
      call.release(output);
      for (const samples of channels) toFullScale(samples, info.bitsPerSample);
      return { channels };
    },
    free: instance.release,
  };
}

/** The receiver of decoders' descriptions and findings. */
function createState({ call }: CodecInstance<typeof BINDING>) {
  const [channels, sampleRate, bitsPerSample, frames, output, outputLength, error, state] =
    Array.from({ length: 8 }, () => call.allocate(POINTER_BYTES)) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
  const outputs = [channels, sampleRate, bitsPerSample, frames, output, outputLength, error, state];
  return { outputs, channels, bitsPerSample, frames, output };
}

/** libFLAC's binding divides by one less than full scale; rounding brings the stored integers back, as exactly as float32 can. */
function toFullScale(samples: Float32Array, bitsPerSample: number): void {
  const fullScale = 2 ** (bitsPerSample - 1);
  const divisor = Math.fround(fullScale - 1);
  if (divisor === fullScale) return;
  for (let index = 0; index < samples.length; index++) {
    samples[index] = Math.round((samples[index] as number) * divisor) / fullScale;
  }
}

function requireDepth(bitsPerSample: number): void {
  if (DEPTHS.includes(bitsPerSample)) return;
  throw new UndertoneError(
    "unsupported-codec",
    `The clip is FLAC of ${bitsPerSample} bits per sample; ${DEPTHS.join(", ")} are read. Convert it, for example with: ffmpeg -i in -c:a pcm_s32le out.wav`,
    { codec: "FLAC", bitsPerSample },
  );
}

function brokenFrame() {
  return damaged("a FLAC frame is broken");
}
