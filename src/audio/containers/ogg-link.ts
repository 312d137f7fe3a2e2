/** One link of an Ogg file: streams that begin together, of which the first one of sound is taken. */
import { UndertoneError } from "../../errors.ts";
import type { DecodeContext } from "../decoder.ts";
import { cutShort, damaged } from "./broken-file.ts";
import { OGG_MAPPINGS, type OggMapping, type OggTrack, unreadOggSound } from "./ogg-mappings.ts";
import { type OggPackets, oggPacketAssembly } from "./ogg-packets.ts";
import type { FoundPage, OggPages } from "./ogg-pages.ts";

/** FLAC has one for each of its metadata blocks, the others three at most. */
const MOST_HEADERS = 1_024;
const NOT_KEPT = new Uint8Array();

/** A link's sound. */
export interface OggLink extends OggTrack {
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
  const { mapping, page } = chooseStream(await readFirstPages(pages));
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
        return { ...mapping.open(headers), pages: startingWith(sound, packetPages) };
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

function chooseStream(firstPages: readonly FoundPage[]): { mapping: OggMapping; page: FoundPage } {
  if (firstPages.length === 0) throw damaged("its Ogg streams have no beginning");
  for (const page of firstPages) {
    const [first = NOT_KEPT] = page.parts;
    const mapping = OGG_MAPPINGS.find((known) => known.recognises(first));
    if (mapping !== undefined) return { mapping, page };
  }
  if (firstPages.some(({ isCut }) => isCut)) throw cutShort("within its first Ogg page");
  const unread = firstPages.map(({ parts: [first = NOT_KEPT] }) => unreadOggSound(first));
  throw withoutSound(unread.find((name) => name !== null));
}

function withoutSound(unread: string | null | undefined): UndertoneError {
  if (!unread) {
    return new UndertoneError(
      "no-audio-track",
      "The file has no audio track, so there is no sound to read features from; send one with sound.",
    );
  }
  return new UndertoneError(
    "unsupported-codec",
    `The file's sound is ${unread}; in Ogg, Opus, Vorbis and FLAC are read. Convert it, for example with: ffmpeg -i in.ogg -c:a pcm_s16le out.wav`,
    { codec: unread },
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
