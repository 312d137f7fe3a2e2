/**
 * The bytes of an Ogg file → its pages, past whatever between them is none. Long because finding and refusing pages
 * share one cursor.
 */

import { type ByteSource, PIECE_BYTES } from "../../bytes/source.ts";
import type { DecodeContext } from "../../decoder.ts";
import { cutShort, damaged } from "../../faults.ts";
import {
  isIntact,
  isOggPage,
  OGG_HEADER_BYTES,
  OGG_MAGIC,
  type OggPage,
  oggHeaderBytes,
  oggPageBytes,
  parseOggPage,
} from "./page.ts";

/** A page, and how often something before it was no page or a damaged one. */
export interface FoundPage extends OggPage {
  readonly gapsBefore: number;
}

/** Goes forward from page to page. */
export interface OggPages {
  /** True if bytes that are no padding follow the last page; known once there is no further page. */
  readonly endsInJunk: boolean;
  /** The next page without taking it; null behind the last one. */
  peek(): Promise<FoundPage | null>;
  /** Takes the next page. */
  take(): Promise<FoundPage | null>;
}

/** Pages that turn out to be none are checked at the cost of their bytes; where that is more, the file is given up. */
const MOST_VAIN_BYTES = 4 * 2 ** 20;
const MOST_VAIN_PER_BYTE = 2;
const MOST_PAGE_BYTES = OGG_HEADER_BYTES + 255 + 255 * 255;
/** The signatures of tags that programs put behind a file. */
const TAGS = ["TAG", "APETAGEX", "ID3", "LYRICSBEGIN"];

/**
 * Reads pages from where the source stands. Damaged ones and what lies between pages are passed over, and noticed as
 * `part-skipped`. The last page may be one within which the file ends.
 * Reading throws UndertoneError `clip-truncated` if the file ends within a page's header, `clip-damaged` if too much of it
 * looks like pages and is none.
 */
export function oggPages(source: ByteSource, { notice }: Pick<DecodeContext, "notice">): OggPages {
  let next: FoundPage | null | undefined;
  let endsInJunk = false;
  let gapsBefore = 0;
  let vainBytes = 0;

  /** Takes the page that begins here; null if none does that is whole and intact. */
  const takeIntact = async (): Promise<OggPage | null> => {
    const start = await source.peek(OGG_HEADER_BYTES);
    if (!isOggPage(start)) return null;
    const header = await source.peek(oggHeaderBytes(start));
    if (header.length < oggHeaderBytes(start)) return null;
    const bytes = oggPageBytes(header);
    const page = await source.peek(bytes);
    if (page.length === bytes && isIntact(page)) {
      await source.skip(bytes);
      return parseOggPage(page);
    }
    vainBytes += page.length;
    const most = MOST_VAIN_BYTES + MOST_VAIN_PER_BYTE * source.position;
    if (vainBytes > most) throw damaged("too many of its Ogg pages are damaged");
    return null;
  };

  /** Goes on to the next page behind what is none; `start` is how that begins. */
  const takeBehindGap = async (start: Uint8Array): Promise<FoundPage | null> => {
    let hasDamagedPage = isOggPage(start);
    while (await skipToMagic(source)) {
      const page = await takeIntact();
      if (page !== null) {
        notice("part-skipped");
        gapsBefore++;
        return { ...page, gapsBefore };
      }
      hasDamagedPage = true;
    }
    const cut = cutPage(start);
    if (cut !== null) return { ...cut, gapsBefore };
    if (hasDamagedPage) notice("part-skipped");
    else endsInJunk = start.length > 0 && !isPadding(start);
    return null;
  };

  const find = async (): Promise<FoundPage | null> => {
    const page = await takeIntact();
    if (page !== null) return { ...page, gapsBefore };
    return takeBehindGap(await source.peek(MOST_PAGE_BYTES));
  };

  return {
    get endsInJunk() {
      return endsInJunk;
    },
    async peek() {
      if (next === undefined) next = await find();
      return next;
    },
    async take() {
      const taken = next === undefined ? await find() : next;
      next = taken === null ? null : undefined;
      return taken;
    },
  };
}

/** Goes on by at least one byte to where a page may begin; false at the end of the file. */
async function skipToMagic(source: ByteSource): Promise<boolean> {
  await source.skip(1);
  for (;;) {
    const bytes = await source.peek(PIECE_BYTES);
    const at = indexOfMagic(bytes);
    if (at >= 0) {
      await source.skip(at);
      return true;
    }
    await source.skip(Math.max(1, bytes.length - OGG_MAGIC.length));
    if (bytes.length < PIECE_BYTES) {
      await source.skip(bytes.length);
      return false;
    }
  }
}

/** The page that `rest`, the last bytes of a file, end within; null if they are not the beginning of one. */
function cutPage(rest: Uint8Array): OggPage | null {
  if (rest.length === MOST_PAGE_BYTES || !isStartOfPage(rest)) return null;
  const headerBytes = oggHeaderBytes(rest);
  if (rest.length < headerBytes) throw cutShort("within the header of an Ogg page");
  return rest.length < oggPageBytes(rest.subarray(0, headerBytes)) ? parseOggPage(rest) : null;
}

function indexOfMagic(bytes: Uint8Array): number {
  for (let at = 0; at + OGG_MAGIC.length < bytes.length; at++) {
    if (isOggPage(bytes, at)) return at;
  }
  return -1;
}

/** True if bytes begin like a page, or are the first few of one. */
function isStartOfPage(bytes: Uint8Array): boolean {
  if (bytes.length > OGG_MAGIC.length) return isOggPage(bytes);
  return bytes.length > 0 && bytes.every((byte, index) => byte === OGG_MAGIC[index]);
}

function isPadding(start: Uint8Array): boolean {
  return (
    start[0] === 0 ||
    TAGS.some((tag) => String.fromCharCode(...start.subarray(0, tag.length)) === tag)
  );
}
