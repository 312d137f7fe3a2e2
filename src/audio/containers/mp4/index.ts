/** The index of an MP4 file, its `moov` or `moof` box, read as it arrives: only what is needed is kept. */

import { fourCharacters } from "../../bytes/marks.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { readWhole, skipWhole } from "../../bytes/whole.ts";
import { damaged } from "../../faults.ts";
import { LARGEST_HEADER_BYTES, parseBoxHeader, SMALLEST_HEADER_BYTES } from "./boxes/box.ts";

/** Boxes that hold boxes. */
const PARENTS: ReadonlySet<string> = new Set(
  "trak mdia minf stbl edts mvex udta meta ilst ---- traf".split(" "),
);
const KEPT: ReadonlySet<string> = new Set(
  "mvhd tkhd mdhd hdlr elst stsd stts stsc stsz stz2 stco co64 trex name data tfhd trun".split(" "),
);
/** Cover pictures are of the same type as the tag that is looked for, and larger. */
const LARGEST_TAG_BYTES = 4_096;
/** Twelve hours of AAC; the index of anything longer would take as much memory as its samples. */
const LARGEST_INDEX_BYTES = 8 * 2 ** 20;
/** The overhead of keeping a box, in bytes. */
const BOX_COST_BYTES = 64;
const MOST_NESTED = 8;

/** A box of the index; only one of its two contents is there. */
export interface IndexBox {
  readonly type: string;
  readonly body: Uint8Array;
  readonly children: readonly IndexBox[];
}

const NOTHING = new Uint8Array();

/**
 * Reads what is kept of a box whose header has been taken. Children that reach beyond their parent end its reading.
 * @throws UndertoneError `clip-truncated` if the file ends within it, `clip-damaged` if it is not that of a clip.
 */
export async function readIndex(source: ByteSource, bytes: number): Promise<readonly IndexBox[]> {
  const budget = { leftBytes: LARGEST_INDEX_BYTES };
  return readChildren(source, source.position + bytes, budget, 0);
}

/** The first box of the path's types, each within the one before. */
export function findIndex(boxes: readonly IndexBox[], ...path: readonly string[]): IndexBox | null {
  const [type, ...rest] = path;
  for (const box of boxes) {
    if (box.type !== type) continue;
    const found = rest.length === 0 ? box : findIndex(box.children, ...rest);
    if (found !== null) return found;
  }
  return null;
}

async function readChildren(
  source: ByteSource,
  end: number,
  budget: { leftBytes: number },
  depth: number,
): Promise<IndexBox[]> {
  const boxes: IndexBox[] = [];
  while (end - source.position >= SMALLEST_HEADER_BYTES) {
    const header = parseBoxHeader(await source.peek(LARGEST_HEADER_BYTES));
    if (header === null || source.position + header.headerBytes + header.bytes > end) break;
    await source.read(header.headerBytes);
    const { type, bytes } = header;
    const boxEnd = source.position + bytes;
    if (PARENTS.has(type) && depth < MOST_NESTED) {
      spend(budget, 0);
      if (type === "meta") await skipVersion(source);
      const children = await readChildren(source, boxEnd, budget, depth + 1);
      boxes.push({ type, body: NOTHING, children });
    } else if (KEPT.has(type) && (type !== "data" || bytes <= LARGEST_TAG_BYTES)) {
      const body = await keep(source, bytes, budget);
      boxes.push({ type, body, children: [] });
      if (type === "hdlr" && isOfOtherMedia(body)) break;
    } else {
      await skipWhole(source, bytes, "its index");
    }
  }
  if (Number.isFinite(end)) await skipWhole(source, end - source.position, "its index");
  return boxes;
}

/** True if a track is known not to be of sound, so that its tables need not be kept. */
function isOfOtherMedia(handler: Uint8Array): boolean {
  return ["vide", "text", "tmcd", "sbtl", "subt", "clcp", "hint", "meta"].includes(
    fourCharacters(handler, 8),
  );
}

async function keep(
  source: ByteSource,
  bytes: number,
  budget: { leftBytes: number },
): Promise<Uint8Array> {
  spend(budget, bytes);
  return (await readWhole(source, bytes, "its index")).slice();
}

function spend(budget: { leftBytes: number }, bytes: number): void {
  budget.leftBytes -= bytes + BOX_COST_BYTES;
  if (budget.leftBytes < 0) throw damaged("its index is larger than that of any clip");
}

/** ISO files have a version in `meta`, QuickTime ones begin with a box. */
async function skipVersion(source: ByteSource): Promise<void> {
  if (fourCharacters(await source.peek(8), 4) !== "hdlr") await source.skip(4);
}
