/** Ogg files (RFC 3533) of Opus, Vorbis or FLAC, chained ones too. */
import type { ByteSource } from "../byte-source.ts";
import type { CodecModules } from "../codecs/codec-modules.ts";
import type { FrameDecoder } from "../codecs/frame-decoder.ts";
import type { AudioBlock, ClipDecoder } from "../decoder.ts";
import { type DescribedBlock, describedBlocks } from "./described-blocks.ts";
import { findNextOggLink, type OggLink, openOggLink } from "./ogg-link.ts";
import type { OggPackets } from "./ogg-packets.ts";
import { dropStart } from "./ogg-start.ts";

/** Decodes the first stream of sound, of each link if there are several. */
export const decodeOgg: ClipDecoder = async function* (source, context) {
  yield* describedBlocks(decodeLinks(source, context.codecs), context);
};

async function* decodeLinks(
  source: ByteSource,
  codecs: CodecModules,
): AsyncGenerator<DescribedBlock> {
  do {
    const link = await openOggLink(source);
    const { codec, bitsPerSample } = link.track;
    const decoder = await link.track.open(codecs);
    try {
      const { sampleRateHz } = decoder;
      for await (const { channels } of decodeLink(link, decoder)) {
        const format = { container: "ogg", codec, bitsPerSample, sampleRateHz };
        yield { description: { ...format, channels: channels.length }, channels };
      }
    } finally {
      decoder.free();
    }
  } while (await findNextOggLink(source));
}

/** The samples that are heard: from behind what is skipped up to the position that the last page names. */
async function* decodeLink(link: OggLink, decoder: FrameDecoder): AsyncGenerator<AudioBlock> {
  let position = 0;
  let skipFrames = link.skipFrames;
  let isStart = link.mayTrimStart;
  for await (const page of link.pages) {
    const pageStart = position;
    const decoded = decodePage(page, decoder);
    const blocks = isStart && !page.isLast ? dropStart(decoded, page.granulePosition) : decoded;
    for (const block of blocks) {
      const frames = framesOf(block);
      const end = endOf(page, pageStart) - position;
      const heard = part(block, Math.min(skipFrames, frames), Math.min(frames, end));
      skipFrames -= Math.min(skipFrames, frames);
      position += frames;
      if (framesOf(heard) > 0) yield heard;
    }
    if (position > pageStart) isStart = false;
    if (page.granulePosition !== null) position = page.granulePosition;
  }
}

/** Packets of no bytes are none; some programs end a stream with one. */
function* decodePage({ packets }: OggPackets, decoder: FrameDecoder): Generator<AudioBlock> {
  for (const packet of packets) {
    if (packet.length === 0) continue;
    const block = decoder.decode(packet);
    if (block !== null) yield block;
  }
}

/** Where the stream ends, if the page says so; some programs leave 0 there. */
function endOf({ isLast, granulePosition }: OggPackets, pageStart: number): number {
  return isLast && granulePosition !== null && granulePosition >= pageStart
    ? granulePosition
    : Number.POSITIVE_INFINITY;
}

function framesOf({ channels }: AudioBlock): number {
  return channels[0]?.length ?? 0;
}

function part(block: AudioBlock, from: number, to: number): AudioBlock {
  if (from === 0 && to === framesOf(block)) return block;
  return { channels: block.channels.map((samples) => samples.slice(from, Math.max(from, to))) };
}
