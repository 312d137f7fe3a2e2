/** A track's packets → the samples that are heard. */
import type { AudioBlock, DecodeContext } from "../decoder.ts";
import type { Packet, TimeWindow, TrackCodec } from "./audio-track.ts";
import { type DescribedBlock, describedBlocks } from "./described-blocks.ts";
import { openPacketDecoder, type PacketDecoder } from "./packet-decoder.ts";
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
 * Decodes packets one by one, up to damage that nothing can be decoded behind or to the end of the last window. Broken packets
 * with good ones behind them are left out, and `context` is told of it.
 * @throws UndertoneError `clip-truncated` or `clip-damaged` if nothing could be decoded, and what opening the track's
 *   decoder and describing the clip throw.
 */
export async function* decodePackets(
  stream: PacketStream,
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  const decoder = await openPacketDecoder(stream.track, context.codecs);
  try {
    yield* describedBlocks(heardBlocks(stream, decoder, context), context);
  } finally {
    decoder.free();
  }
}

/** The parts of the decoded blocks that lie in the windows. */
async function* heardBlocks(
  { windows, packets, track, container }: PacketStream,
  decoder: PacketDecoder,
  context: DecodeContext,
): AsyncGenerator<DescribedBlock> {
  const { codec, bitsPerSample } = track;
  const cutter = windowCutter(windows);
  let withoutSamples = 0;
  for await (const packet of packets) {
    const decoded = await decoder.decode(packet.bytes);
    if (decoded.kind !== "block") {
      withoutSamples += decoded.kind === "broken" || track.withholdsFirst ? 1 : 0;
      continue;
    }
    const { block, isBehindBroken } = decoded;
    if (isBehindBroken || packet.isBehindGap) context.notice("part-skipped");
    cutter.skip(withoutSamples * (block.channels[0]?.length ?? 0));
    withoutSamples = 0;
    const { sampleRateHz } = decoder;
    for (const { channels } of cutter.cut(block, sampleRateHz, packet)) {
      const description = { container, codec, bitsPerSample, sampleRateHz };
      yield { description: { ...description, channels: channels.length }, channels };
    }
    if (cutter.isOver) return;
  }
  decoder.finish();
}
