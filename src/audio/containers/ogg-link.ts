/** One link of an Ogg file: streams that begin together, of which the first one of sound is taken. */
import { UndertoneError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { cutShort, damaged } from "./broken-file.ts";
import { OGG_MAPPINGS, type OggMapping, type OggTrack, unreadOggSound } from "./ogg-mappings.ts";
import { type OggPackets, oggPacketAssembly } from "./ogg-packets.ts";
import { isOggPage, type OggPage, readOggPage } from "./ogg-page.ts";

const FLAGS_OFFSET = 5;
const FIRST_PAGE_FLAG = 2;
/** FLAC has one for each of its metadata blocks, the others three at most. */
const MOST_HEADERS = 1_024;
const NOT_KEPT = new Uint8Array();

/** A link's sound. */
export interface OggLink extends OggTrack {
  /** The packets of sound, page by page, up to the stream's last page. */
  readonly pages: AsyncGenerator<OggPackets>;
}

/**
 * Reads a link's headers.
 * @throws UndertoneError `no-audio-track`, `unsupported-codec`, `clip-truncated`, `clip-damaged`.
 */
export async function openOggLink(source: ByteSource): Promise<OggLink> {
  const { mapping, page } = chooseStream(await readFirstPages(source));
  const pages = readPackets(source, page);
  const headers: Uint8Array[] = [];
  for (;;) {
    const { value, done } = await pages.next();
    if (done) throw cutShort("before its first packet of sound");
    for (const [index, packet] of value.packets.entries()) {
      if (!mapping.isHeader(packet, headers.length)) {
        const sound = { ...value, packets: value.packets.slice(index) };
        return { ...mapping.open(headers), pages: startingWith(sound, pages) };
      }
      headers.push(mapping.neededHeaders.includes(headers.length) ? packet : NOT_KEPT);
      if (headers.length > MOST_HEADERS) throw damaged("its Ogg headers do not end");
    }
  }
}

/** Passes over what is left of other streams; gives whether another link follows. */
export async function findNextOggLink(source: ByteSource): Promise<boolean> {
  for (;;) {
    if (await isAtFirstPage(source)) return true;
    if ((await readOggPage(source)) === null) return false;
  }
}

/** All first pages come before any other. */
async function readFirstPages(source: ByteSource): Promise<OggPage[]> {
  const pages: OggPage[] = [];
  while (await isAtFirstPage(source)) {
    const page = await readOggPage(source);
    if (page !== null) pages.push(page);
  }
  return pages;
}

async function isAtFirstPage(source: ByteSource): Promise<boolean> {
  const start = await source.peek(FLAGS_OFFSET + 1);
  return isOggPage(start) && ((start[FLAGS_OFFSET] ?? 0) & FIRST_PAGE_FLAG) !== 0;
}

function chooseStream(firstPages: readonly OggPage[]): { mapping: OggMapping; page: OggPage } {
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
async function* readPackets(source: ByteSource, first: OggPage): AsyncGenerator<OggPackets> {
  const assemble = oggPacketAssembly();
  let page: OggPage | null = first;
  while (page !== null) {
    if (page.serial === first.serial) {
      yield assemble(page);
      if (page.isLast && !page.isCut) return;
    }
    if (page.isCut) throw cutShort("within an Ogg page");
    page = await readOggPage(source);
  }
  throw cutShort("before its last Ogg page");
}

async function* startingWith(
  first: OggPackets,
  rest: AsyncGenerator<OggPackets>,
): AsyncGenerator<OggPackets> {
  yield first;
  yield* rest;
}
