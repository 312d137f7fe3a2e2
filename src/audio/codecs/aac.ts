/** AAC access units (ISO/IEC 14496-3) → samples, by FAAD2. */
import { damaged } from "../containers/broken-file.ts";
import { fromAacOrder } from "./channel-order.ts";
import { type CodecBinding, instantiateCodec } from "./codec-instance.ts";
import type { CodecModules } from "./codec-modules.ts";
import type { FrameDecoder } from "./frame-decoder.ts";

const BINDING = {
  codec: "aac",
  memory: "g",
  initialise: "h",
  functions: {
    allocate: "i",
    create: "k",
    configure: "m",
    decode: "n",
    sampleCount: "o",
    channelCount: "p",
    sampleRate: "q",
    error: "s",
    configuredRateAddress: "w",
    configuredChannelsAddress: "x",
  },
  imports: { a: "nothing", b: "growHeap", c: "abort", d: "nothing", e: "abort", f: "abort" },
} as const satisfies CodecBinding;

/** An AudioSpecificConfig of AAC-LC that says nothing of SBR, and what says that there is none (ISO/IEC 14496-3 §1.6.5.3). */
const PLAIN_LC_BYTES = 2;
const LC_OBJECT_TYPE = 2;
const NO_SBR_EXTENSION = [0x56, 0xe5, 0x00];

/** 6144 bits for each of 8 channels, and what may stand beside them. */
const LARGEST_PACKET_BYTES = 2 ** 14;

/**
 * Makes a decoder of access units; channels come in the order of WAVE files. The first unit gives no samples, and if units
 * carry SBR the rate is twice the configured one.
 * @param audioSpecificConfig as containers carry it, such as MP4's `esds`.
 * @throws UndertoneError `unsupported-codec` if this build leaves AAC out, `clip-damaged` if the configuration makes no sense.
 */
export async function createAacFrames(
  codecs: CodecModules,
  audioSpecificConfig: Uint8Array,
): Promise<FrameDecoder> {
  const { call, write, uint32, float32s, release } = await instantiateCodec(BINDING, codecs);
  const packetAddress = call.allocate(LARGEST_PACKET_BYTES);
  const load = (bytes: Uint8Array) => {
    if (bytes.length > LARGEST_PACKET_BYTES) throw damaged("an AAC frame is broken");
    write(packetAddress, bytes);
  };
  const configuration = withoutGuess(audioSpecificConfig);
  load(configuration);
  const decoder = call.create();
  const rateAddress = call.configuredRateAddress();
  const failure = call.configure(
    decoder,
    packetAddress,
    configuration.length,
    rateAddress,
    call.configuredChannelsAddress(),
  );
  if (failure < 0) throw damaged("its AAC configuration makes no sense");
  let sampleRateHz = uint32(rateAddress);
  return {
    get sampleRateHz() {
      return sampleRateHz;
    },
    decode(packet) {
      load(packet);
      const samples = call.decode(decoder, packetAddress, packet.length);
      if (call.error() !== 0) throw damaged("an AAC frame is broken");
      const channelCount = call.channelCount();
      if (samples === 0 || call.sampleCount() === 0) return null;
      sampleRateHz = call.sampleRate();
      const interleaved = float32s(samples, call.sampleCount());
      return { channels: fromAacOrder(separated(interleaved, channelCount)) };
    },
    free: release,
  };
}

/** FAAD2 takes any low rate for half of SBR's unless told otherwise; it notices SBR in the units all the same. */
function withoutGuess(audioSpecificConfig: Uint8Array): Uint8Array {
  const [first = 0] = audioSpecificConfig;
  const isPlainLc = audioSpecificConfig.length === PLAIN_LC_BYTES && first >> 3 === LC_OBJECT_TYPE;
  return isPlainLc
    ? Uint8Array.of(...audioSpecificConfig, ...NO_SBR_EXTENSION)
    : audioSpecificConfig;
}

function separated(interleaved: Float32Array, channelCount: number): Float32Array<ArrayBuffer>[] {
  const frames = interleaved.length / channelCount;
  return Array.from({ length: channelCount }, (_, channel) => {
    const samples = new Float32Array(frames);
    for (let frame = 0; frame < frames; frame++) {
      samples[frame] = interleaved[frame * channelCount + channel] as number;
    }
    return samples;
  });
}
