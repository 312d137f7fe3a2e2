/** A track's packets → the samples that are heard. */
import type { FrameDecoder } from "../codecs/frame-decoder.ts";
import type { AudioBlock, DecodeContext } from "../decoder.ts";
import type { Packet, TimeWindow, TrackCodec } from "./audio-track.ts";
import { type DescribedBlock, describedBlocks } from "./described-blocks.ts";
import { windowCutter } from "./window-cutter.ts";

/** What to decode, and what to say of it. */
export interface PacketStream {
  readonly container: string;
  readonly track: TrackCodec;
  /** In order, not overlapping. */
  readonly windows: readonly TimeWindow[];
  readonly packets: AsyncIterable<Packet>;
}

/**
 * Decodes packets one by one, up to damage or to the end of the last window.
 * @throws UndertoneError `clip-truncated` or `clip-damaged` if nothing could be decoded, and what opening the track's
 *   decoder and describing the clip throw.
 */
export async function* decodePackets(
  stream: PacketStream,
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  const decoder = await stream.track.open(context.codecs);
  try {
    yield* describedBlocks(heardBlocks(stream, decoder), context);
  } finally {
    decoder.free();
  }
}

/** The parts of the decoded blocks that lie in the windows. */
async function* heardBlocks(
  { windows, packets, track, container }: PacketStream,
  decoder: FrameDecoder,
): AsyncGenerator<DescribedBlock> {
  const { codec, bitsPerSample } = track;
  const cutter = windowCutter(windows);
  let withheld = 0;
  for await (const packet of packets) {
    const block = decoder.decode(packet.bytes);
    if (block === null) {
      withheld += track.withholdsFirst ? 1 : 0;
      continue;
    }
    cutter.skip(withheld * (block.channels[0]?.length ?? 0));
    withheld = 0;
    const { sampleRateHz } = decoder;
    for (const { channels } of cutter.cut(block, sampleRateHz, packet)) {
      const description = { container, codec, bitsPerSample, sampleRateHz };
      yield { description: { ...description, channels: channels.length }, channels };
    }
    if (cutter.isOver) return;
  }
}
