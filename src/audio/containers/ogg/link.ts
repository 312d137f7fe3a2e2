/** One link of an Ogg file: streams that begin together, of which one of sound is taken. */
import { UndertoneError } from "../../../errors.ts";
import { chooseTrack } from "../../clip/tracks.ts";
import type { DecodeContext } from "../../decoder.ts";
import { cutShort, damaged } from "../../faults.ts";
import { OGG_MAPPINGS, type OggMapping, type OggTrack, unreadOggSound } from "./mappings.ts";
import { type OggPackets, oggPacketAssembly } from "./packets.ts";
import type { FoundPage, OggPages } from "./pages.ts";

/** FLAC has one for each of its metadata blocks, the others three at most. */
const MOST_HEADERS = 1_024;
const NOTHING = new Uint8Array();

/** A link's sound. */
export interface OggLink extends OggTrack {
  /** Which of several streams of sound it is, from 0. */
  readonly trackIndex: number | undefined;
  /** The packets of sound, page by page, up to the stream's last page. */
  readonly pages: AsyncGenerator<OggPackets>;
}

/**
 * Reads a link's headers; null if the link ends behind them.
 * @throws UndertoneError `no-audio-track`, `unsupported-codec`, `clip-truncated`, `clip-damaged`.
 */
export async function openOggLink(
  pages: OggPages,
  context: DecodeContext,
): Promise<OggLink | null> {
  const { chosen, index: trackIndex } = chooseStream(await readFirstPages(pages), context.track);
  const { mapping, page } = chosen;
  const packetPages = readPackets(pages, page, context);
  const headers: Uint8Array[] = [];
  let headerCount = 0;
  let isOver = false;
  for (;;) {
    const { value, done } = await packetPages.next();
    if (done && !isOver && (await pages.peek()) === null) {
      throw cutShort("before its first packet of sound");
    }
    if (done) return null;
    isOver = value.isLast;
    for (const [index, packet] of value.packets.entries()) {
      if (headerCount > 0 && !mapping.isHeader(packet)) {
        const sound = { ...value, packets: value.packets.slice(index) };
        const soundPages = startingWith(sound, packetPages);
        return { ...mapping.open(headers), trackIndex, pages: soundPages };
      }
      if (mapping.keeps(packet)) headers.push(packet);
      headerCount++;
      if (headerCount > MOST_HEADERS) throw damaged("its Ogg headers do not end");
    }
  }
}

/** Passes over what is left of other streams, and of a link that cannot be read; gives whether another link follows. */
export async function findNextOggLink(pages: OggPages): Promise<boolean> {
  for (;;) {
    const page = await pages.peek();
    if (page === null || page.isFirst) return page !== null;
    await pages.take();
  }
}

/** All first pages come before any other. */
async function readFirstPages(pages: OggPages): Promise<FoundPage[]> {
  const first: FoundPage[] = [];
  for (let page = await pages.peek(); page?.isFirst; page = await pages.peek()) {
    first.push(page);
    await pages.take();
  }
  return first;
}

/** A stream of sound by its first page, whose mapping is null if it is not read. */
interface SoundStream {
  readonly page: FoundPage;
  readonly first: Uint8Array;
  readonly mapping: OggMapping | null;
}

function chooseStream(firstPages: readonly FoundPage[], asked: number | undefined) {
  if (firstPages.length === 0) throw damaged("its Ogg streams have no beginning");
  const streams = firstPages.map(streamOf).filter((stream) => stream !== null);
  if (streams.length === 0 && firstPages.some(({ isCut }) => isCut)) {
    throw cutShort("within its first Ogg page");
  }
  return chooseTrack(streams, asked, ({ page, first, mapping }) => {
    if (mapping === null) throw unread(unreadOggSound(first) ?? "unknown");
    mapping.requireReadable(first);
    return { page, mapping };
  });
}

/** Null if the stream is none of sound. */
function streamOf(page: FoundPage): SoundStream | null {
  const [first = NOTHING] = page.parts;
  const mapping = OGG_MAPPINGS.find((known) => known.recognises(first)) ?? null;
  return mapping === null && unreadOggSound(first) === null ? null : { page, first, mapping };
}

function unread(name: string): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The file's sound is ${name}; in Ogg, Opus, Vorbis and FLAC are read. Convert it, for example with: ffmpeg -i in.ogg -c:a pcm_s16le out.wav`,
    { codec: name },
  );
}

/** The packets of the stream that `first` begins; pages of other streams are passed over. */
async function* readPackets(
  pages: OggPages,
  first: FoundPage,
  context: DecodeContext,
): AsyncGenerator<OggPackets> {
  const assembly = oggPacketAssembly(context);
  for (let page = first; ; ) {
    if (page.serial === first.serial) {
      yield assembly.add(page);
      if (page.isLast && !page.isCut) return;
    }
    if (page.isCut) throw cutShort("within an Ogg page");
    const next = await pages.peek();
    if (next === null && assembly.isUnfinished) throw cutShort("within a packet");
    if (next === null && pages.endsInJunk) context.notice("part-skipped");
    if (next?.isFirst && assembly.isUnfinished) context.notice("part-missing");
    if (next === null || next.isFirst) return;
    await pages.take();
    page = next;
  }
}

async function* startingWith(
  first: OggPackets,
  rest: AsyncGenerator<OggPackets>,
): AsyncGenerator<OggPackets> {
  yield first;
  yield* rest;
}
