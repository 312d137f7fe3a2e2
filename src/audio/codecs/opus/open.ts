/** Opus packets (RFC 6716) → samples at 48 kHz, by libopus. */
import type { UndertoneError } from "../../../errors.ts";
import { damaged } from "../../faults.ts";
import type { FrameDecoder } from "../frame-decoder.ts";
import { type CodecBinding, instantiateCodec } from "../wasm/instance.ts";
import type { CodecModules } from "../wasm/modules.ts";
import type { OpusHead } from "./head.ts";

/** Whatever rate was recorded, Opus decodes to this one. */
export const OPUS_SAMPLE_RATE_HZ = 48_000;

const BINDING = {
  codec: "opus",
  memory: "g",
  initialise: "h",
  functions: { create: "i", allocate: "j", decode: "l", output: "m" },
  imports: {
    a: "nothing",
    b: "growHeap",
    c: "abort",
    d: "nothing",
    e: "discardOutput",
    f: "abort",
  },
} as const satisfies CodecBinding;

/** The longest stream of a packet; there may be as many streams as channels. */
const LARGEST_STREAM_BYTES = 1_275 * 48;

/**
 * Makes a decoder of packets; channels come in the order of WAVE files, with the header's gain applied.
 * @throws UndertoneError `unsupported-codec` if this build leaves Opus out, `clip-damaged` if the header's layout is none.
 */
export async function createOpusFrames(
  codecs: CodecModules,
  head: OpusHead,
): Promise<FrameDecoder> {
  const { call, write, float32s, release } = await instantiateCodec(BINDING, codecs);
  const mappingAddress = call.allocate(head.channels);
  write(mappingAddress, Uint8Array.from(head.mapping));
  const decoder = call.create(
    OPUS_SAMPLE_RATE_HZ,
    head.channels,
    head.streams,
    head.coupledStreams,
    mappingAddress,
    0,
    head.outputGain,
  );
  if (decoder === 0) throw damaged("its Opus header describes channels that cannot be");
  const packetBytes = head.streams * LARGEST_STREAM_BYTES;
  const packetAddress = call.allocate(packetBytes);
  return {
    sampleRateHz: OPUS_SAMPLE_RATE_HZ,
    decode(packet) {
      if (packet.length === 0 || packet.length > packetBytes) throw brokenPacket();
      write(packetAddress, packet);
      const frames = call.decode(decoder, packetAddress, packet.length);
      if (frames < 0) throw brokenPacket();
      if (frames === 0) return null;
      const output = call.output(decoder);
      const channels = Array.from({ length: head.channels }, (_, channel) =>
        float32s(output + channel * frames * Float32Array.BYTES_PER_ELEMENT, frames),
      );
      return { channels };
    },
    free: release,
  };
}

function brokenPacket(): UndertoneError {
  return damaged("an Opus packet is broken");
}
