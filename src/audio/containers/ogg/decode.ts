/** Ogg files (RFC 3533) of Opus, Vorbis or FLAC, chained ones too. */
import { type ErrorSlug, UndertoneError } from "../../../errors.ts";
import type { AudioBlock } from "../../block.ts";
import type { ClipDecoder, DecodeContext } from "../../decoder.ts";
import { openPacketDecoder, type PacketDecoder } from "../packets/decoder.ts";
import { type DescribedBlock, describedBlocks } from "../packets/described-blocks.ts";
import { findNextOggLink, type OggLink, openOggLink } from "./link.ts";
import type { OggPackets } from "./packets.ts";
import { type OggPages, oggPages } from "./pages.ts";
import { dropStart } from "./start.ts";

/** Each costs a decoder. */
const MOST_LINKS = 1_000;
const DAMAGED: readonly ErrorSlug[] = ["clip-damaged"];
const UNREADABLE: readonly ErrorSlug[] = [
  ...DAMAGED,
  "unsupported-codec",
  "no-audio-track",
  "track-out-of-range",
];

/** Decodes one stream of sound, of each link if there are several; links may differ in all respects. */
export const decodeOgg: ClipDecoder = async function* (source, context) {
  yield* describedBlocks(decodeLinks(oggPages(source, context), context), context);
};

/**
 * Links that are damaged are passed over, and behind the first sound also those of other codecs.
 * @throws UndertoneError `too-many-streams`, `clip-truncated`, what opening a link throws if there is no sound before it.
 */
async function* decodeLinks(
  pages: OggPages,
  context: DecodeContext,
): AsyncGenerator<DescribedBlock> {
  let links = 0;
  let hasSound = false;
  let failure: unknown = null;
  do {
    if (links === MOST_LINKS) throw tooManyLinks();
    links++;
    try {
      for await (const block of decodeLink(pages, context)) {
        hasSound = true;
        yield block;
      }
    } catch (error) {
      if (!hasSlug(error, hasSound ? UNREADABLE : DAMAGED)) throw error;
      failure ??= error;
      context.notice("part-skipped");
    }
  } while (await findNextOggLink(pages));
  if (!hasSound && failure !== null) throw failure;
}

async function* decodeLink(
  pages: OggPages,
  context: DecodeContext,
): AsyncGenerator<DescribedBlock> {
  const link = await openOggLink(pages, context);
  if (link === null) return;
  const { codec, bitsPerSample } = link.track;
  const decoder = await openPacketDecoder(link.track, context);
  try {
    for await (const { channels } of heardBlocks(link, decoder, context)) {
      const { sampleRateHz } = decoder;
      const track = link.trackIndex;
      const format = { container: "ogg", codec, bitsPerSample, sampleRateHz, track };
      yield { description: { ...format, channels: channels.length }, channels };
    }
    decoder.finish();
  } finally {
    decoder.free();
  }
}

/** The samples that are heard: from behind what is skipped up to the position that the last page names. */
async function* heardBlocks(
  link: OggLink,
  decoder: PacketDecoder,
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  let position = 0;
  let skipFrames = link.skipFrames;
  let isStart = link.mayTrimStart;
  for await (const page of link.pages) {
    const pageStart = position;
    const decoded = decodePage(page, decoder, context);
    const blocks = isStart && !page.isLast ? dropStart(decoded, page.granulePosition) : decoded;
    for await (const block of blocks) {
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
async function* decodePage(
  { packets }: OggPackets,
  decoder: PacketDecoder,
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  context.budget.elements(packets.length);
  for (const packet of packets) {
    if (packet.length === 0) continue;
    const decoded = await decoder.decode(packet);
    if (decoded.kind !== "block") continue;
    if (decoded.isBehindBroken) context.notice("part-skipped");
    yield decoded.block;
  }
}

/** The end of the stream, if the page has it; some programs leave 0 there. */
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

function hasSlug(error: unknown, slugs: readonly ErrorSlug[]): boolean {
  return error instanceof UndertoneError && slugs.includes(error.slug);
}

function tooManyLinks(): UndertoneError {
  return new UndertoneError(
    "too-many-streams",
    `The Ogg file chains more than ${MOST_LINKS} streams one after the other; make it one, for example with: ffmpeg -i in.ogg -c:a pcm_s16le out.wav`,
    { maxStreams: MOST_LINKS },
  );
}
