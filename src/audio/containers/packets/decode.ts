/** A track's packets → the samples that are heard. */
import { UndertoneError } from "../../../errors.ts";
import type { AudioBlock } from "../../block.ts";
import type { DecodeContext } from "../../decoder.ts";
import type { Packet, TimeWindow, TrackCodec } from "../tracks/track.ts";
import { openPacketDecoder, type PacketDecoder } from "./decoder.ts";
import { type DescribedBlock, describedBlocks } from "./described-blocks.ts";
import { windowCutter } from "./window-cutter.ts";

/** The data to decode, and its description. */
export interface PacketStream {
  readonly container: string;
  readonly track: TrackCodec;
  /** In order, not overlapping. */
  readonly windows: readonly TimeWindow[];
  readonly packets: AsyncIterable<Packet>;
  /** Which of several audio tracks it is, from 0. */
  readonly trackIndex?: number | undefined;
}

/** A file may change its format so often; each change costs a decoder. */
const MOST_STREAMS = 64;

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
  yield* decodeStreams([stream], context);
}

/**
 * Decodes streams of packets that follow each other in one file, as `decodePackets` does one. The clip ends before a stream of
 * a codec that is not read, and before the 65th.
 */
export async function* decodeStreams(
  streams: AsyncIterable<PacketStream> | Iterable<PacketStream>,
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  yield* describedBlocks(blocksOf(streams, context), context);
}

async function* blocksOf(
  streams: AsyncIterable<PacketStream> | Iterable<PacketStream>,
  context: DecodeContext,
): AsyncGenerator<DescribedBlock> {
  let count = 0;
  for await (const stream of streams) {
    const decoder = count < MOST_STREAMS ? await openNext(stream, context, count === 0) : null;
    if (decoder === null) {
      context.notice("second-clip");
      return;
    }
    count++;
    try {
      yield* heardBlocks(stream, decoder, context);
    } finally {
      decoder.free();
    }
  }
}

/** Null if it is not the first stream and its codec is not read. */
async function openNext(
  { track }: PacketStream,
  context: DecodeContext,
  isFirst: boolean,
): Promise<PacketDecoder | null> {
  try {
    return await openPacketDecoder(track, context);
  } catch (error) {
    if (!isFirst && error instanceof UndertoneError && error.slug === "unsupported-codec") {
      return null;
    }
    throw error;
  }
}

/** The parts of the decoded blocks that lie in the windows. */
async function* heardBlocks(
  { windows, packets, track, container, trackIndex }: PacketStream,
  decoder: PacketDecoder,
  context: DecodeContext,
): AsyncGenerator<DescribedBlock> {
  const { bitsPerSample } = track;
  const cutter = windowCutter(windows);
  let withoutSamples = 0;
  for await (const packet of packets) {
    const decoded = await decoder.decode(packet.bytes);
    if (decoded.kind !== "block") {
      withoutSamples += decoded.kind === "broken" ? 1 : 0;
      continue;
    }
    const { block, isBehindBroken } = decoded;
    if (isBehindBroken || packet.isBehindGap) context.notice("part-skipped");
    cutter.skip(withoutSamples * (block.channels[0]?.length ?? 0));
    withoutSamples = 0;
    const { codec, sampleRateHz } = decoder;
    for (const { channels } of cutter.cut(block, sampleRateHz, packet)) {
      const description = { container, codec, bitsPerSample, sampleRateHz, track: trackIndex };
      yield { description: { ...description, channels: channels.length }, channels };
    }
    if (cutter.isOver) return;
  }
  decoder.finish();
}
