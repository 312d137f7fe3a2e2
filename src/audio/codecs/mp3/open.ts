/** Frames of MPEG audio, layers I to III (ISO/IEC 11172-3, 13818-3, MPEG 2.5) → samples, by mpg123. */
import { damaged } from "../../faults.ts";
import type { FrameDecoder } from "../frame-decoder.ts";
import { type CodecBinding, type CodecInstance, instantiateCodec } from "../wasm/instance.ts";
import type { CodecModules } from "../wasm/modules.ts";
import { readMp3FrameHeader } from "./frame-header.ts";

const BINDING = {
  codec: "mpg123",
  memory: "k",
  initialise: "l",
  functions: { allocate: "m", create: "p", feed: "q", read: "r" },
  imports: {
    a: "abort",
    b: "nothing",
    c: "abort",
    d: "nothing",
    e: "growHeap",
    f: "discardOutput",
    g: "unsupported",
    h: "unsupported",
    i: "unsupported",
    j: "unsupported",
  },
} as const satisfies CodecBinding;

/** More than any frame has. */
const LARGEST_PACKET_BYTES = 2 ** 14;
/** As many as the binding's own JavaScript makes room for. */
const OUTPUT_VALUES = 2_889 * 16 * 2;
const POINTER_BYTES = 4;
/** The container drops an encoder's padding: where files were joined, mpg123 would drop more. */
const NOT_GAPLESS = 0;
const OK = 0;
const NEED_MORE = -10;
const NEW_FORMAT = -11;
/** Reads in a row that give nothing, after which nothing is expected of the bytes so far. */
const MOST_EMPTY_READS = 16;

/**
 * Makes a decoder of packets of one frame, each of which gives as many channels as it has.
 * @throws UndertoneError `unsupported-codec` if this build leaves MP3 out.
 */
export async function createMp3Frames(codecs: CodecModules): Promise<FrameDecoder> {
  const instance = await instantiateCodec(BINDING, codecs);
  const { call, write, uint32 } = instance;
  const state = createState(instance);
  let layer = 3;
  let sampleRateHz = 0;
  return {
    get codec() {
      return `mp${layer}`;
    },
    get sampleRateHz() {
      return sampleRateHz;
    },
    decode(packet) {
      const header = readMp3FrameHeader(packet, 0, packet.length);
      if (packet.length > LARGEST_PACKET_BYTES) throw brokenFrame();
      write(state.input, packet);
      const status = call.feed(state.decoder, state.input, packet.length);
      const blocks = readBlocks(instance, state, status);
      if (blocks.length === 0) return null;
      layer = header?.layer ?? layer;
      sampleRateHz = uint32(state.sampleRate);
      return { channels: joined(blocks).slice(0, header?.channels ?? 2) };
    },
    free: instance.release,
  };
}

type Instance = CodecInstance<typeof BINDING>;
type State = ReturnType<typeof createState>;
type StereoBlock = readonly [left: Float32Array<ArrayBuffer>, right: Float32Array<ArrayBuffer>];

/** The decoder, where it reads its input and where it leaves what it has to say. */
function createState({ call, uint32 }: Instance) {
  const input = call.allocate(LARGEST_PACKET_BYTES);
  const output = call.allocate(OUTPUT_VALUES * Float32Array.BYTES_PER_ELEMENT);
  const [handle, frames, sampleRate, error] = Array.from({ length: 4 }, () =>
    call.allocate(POINTER_BYTES),
  ) as [number, number, number, number];
  if (call.create(handle, NOT_GAPLESS) !== OK) throw damaged("its decoder could not be set up");
  return { decoder: uint32(handle), input, output, frames, sampleRate, error };
}

/** All that the decoder gives now; mono comes as two channels that are equal. */
function readBlocks(instance: Instance, state: State, fed: number): StereoBlock[] {
  const { call, uint32, writeUint32, float32s } = instance;
  const { decoder, output, frames, sampleRate, error } = state;
  const blocks: StereoBlock[] = [];
  let status = fed;
  let emptyReads = 0;
  while (status === OK || status === NEW_FORMAT) {
    writeUint32(frames, 0);
    status = call.read(decoder, output, OUTPUT_VALUES, frames, sampleRate, error);
    const count = uint32(frames);
    emptyReads = count === 0 ? emptyReads + 1 : 0;
    if (emptyReads > MOST_EMPTY_READS) throw brokenFrame();
    if (count === 0) continue;
    const right = output + count * Float32Array.BYTES_PER_ELEMENT;
    blocks.push([float32s(output, count), float32s(right, count)]);
  }
  if (status !== NEED_MORE) throw brokenFrame();
  return blocks;
}

function joined(blocks: readonly StereoBlock[]): Float32Array[] {
  const [only] = blocks;
  if (blocks.length === 1 && only !== undefined) return [...only];
  return [0, 1].map((channel) =>
    Float32Array.from(blocks.flatMap((block) => [...(block[channel] as Float32Array)])),
  );
}

function brokenFrame() {
  return damaged("an MP3 frame is broken");
}
