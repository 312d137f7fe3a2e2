/** Vorbis packets (Vorbis I specification) → samples, by libvorbis. */
import { damaged } from "../../faults.ts";
import { fromVorbisOrder } from "../channel-order.ts";
import type { FrameDecoder } from "../frame-decoder.ts";
import { type CodecBinding, type CodecInstance, instantiateCodec } from "../wasm/instance.ts";
import type { CodecModules } from "../wasm/modules.ts";
import { readVorbisFormat, type VorbisHeaders } from "./headers.ts";

const BINDING = {
  codec: "vorbis",
  memory: "l",
  initialise: "m",
  functions: { create: "n", allocate: "o", sendHeader: "p", startSynthesis: "q", decode: "r" },
  imports: {
    a: "cos",
    b: "atan",
    c: "sin",
    d: "nothing",
    e: "abort",
    f: "nothing",
    g: "pow",
    h: "log",
    i: "exp",
    j: "abort",
    k: "growHeap",
  },
} as const satisfies CodecBinding;

const LEAST_INPUT_BYTES = 2 ** 17;
const MAX_ERRORS = 16;
const POINTER_BYTES = 4;

/**
 * Makes a decoder of packets; channels come in the order of WAVE files.
 * @throws UndertoneError `unsupported-codec` if this build leaves Vorbis out, `clip-damaged` if the headers make no sense.
 */
export async function createVorbisFrames(
  codecs: CodecModules,
  headers: VorbisHeaders,
): Promise<FrameDecoder> {
  const { sampleRateHz } = readVorbisFormat(headers.identification);
  const instance = await instantiateCodec(BINDING, codecs);
  const { call, write, writeUint32, uint32, float32s } = instance;
  const state = createState(instance, Math.max(LEAST_INPUT_BYTES, headers.setup.length));

  const run = (
    step: (decoder: number, isFirst: number) => number,
    packet: Uint8Array,
    isFirst = 0,
  ) => {
    if (packet.length > state.inputBytes) throw brokenPacket();
    write(state.input, packet);
    writeUint32(state.inputLength, packet.length);
    writeUint32(state.errorCount, 0);
    step(state.decoder, isFirst);
    if (uint32(state.errorCount) !== 0) throw brokenPacket();
  };
  run(call.sendHeader, headers.identification, 1);
  run(call.sendHeader, headers.setup);
  call.startSynthesis(state.decoder);
  if (uint32(state.errorCount) !== 0) throw damaged("its Vorbis headers make no sense");

  return {
    sampleRateHz,
    decode(packet) {
      run(call.decode, packet);
      const frames = uint32(state.frames);
      if (frames === 0) return null;
      const output = uint32(state.output);
      const channels = Array.from({ length: uint32(state.channels) }, (_, channel) =>
        float32s(uint32(output + channel * POINTER_BYTES), frames),
      );
      return { channels: fromVorbisOrder(channels) };
    },
    free: instance.release,
  };
}

/** The decoder, and where it reads its input and leaves what it has to say. */
function createState({ call }: CodecInstance<typeof BINDING>, inputBytes: number) {
  const input = call.allocate(inputBytes);
  const [inputLength, output, channels, sampleRate, frames, errorCount] = Array.from(
    { length: 6 },
    () => call.allocate(POINTER_BYTES),
  ) as [number, number, number, number, number, number];
  const errors = call.allocate(MAX_ERRORS * POINTER_BYTES);
  const decoder = call.create(
    ...[input, inputLength, output, channels, sampleRate, frames, errors, errorCount, MAX_ERRORS],
  );
  return { decoder, input, inputBytes, inputLength, output, channels, frames, errorCount };
}

function brokenPacket() {
  return damaged("a Vorbis packet is broken");
}
