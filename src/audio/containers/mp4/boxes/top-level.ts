/** The boxes of an MP4 file one after another, while samples are read out of them. */

import { fourCharacters } from "../../../bytes/marks.ts";
import type { ByteSource } from "../../../bytes/source.ts";
import { skipWhole } from "../../../bytes/whole.ts";
import { cutShort, damaged } from "../../../faults.ts";
import { readBoxHeader, SMALLEST_HEADER_BYTES } from "./box.ts";

/** A box whose header has been taken. */
export interface TopLevelBox {
  readonly type: string;
  /** The start of its header. */
  readonly offset: number;
  /** Of its own; infinite if it goes on to the end of the file. */
  readonly bytes: number;
}

/** Boxes that can be so large that the first byte of their size is not 0. */
const LARGE_BOXES = ["mdat", "free", "skip", "uuid"];

/** Goes forward from box to box. */
export interface TopLevelBoxes {
  /** Takes the header of the next box; null at the end of the file. */
  next(): Promise<TopLevelBox | null>;
  /** Takes the headers of all boxes that begin at or before `offset`. */
  enter(offset: number): Promise<void>;
  /** Takes headers up to that of the next box of a type; null at the end of the file, and where something else than a box follows. */
  find(type: string): Promise<TopLevelBox | null>;
}

/** Boxes from where the source stands, between two of them. */
export function topLevelBoxes(source: ByteSource): TopLevelBoxes {
  let nextOffset = source.position;

  const goOn = async (): Promise<void> => {
    if (source.position > nextOffset) throw damaged("a sample reaches beyond its box");
    await skipWhole(source, nextOffset - source.position, "a box");
  };

  const next = async (): Promise<TopLevelBox | null> => {
    if (nextOffset === Infinity) return null;
    await goOn();
    const offset = source.position;
    const header = await readBoxHeader(source);
    if (header === null) return null;
    nextOffset = source.position + header.bytes;
    return { type: header.type, offset, bytes: header.bytes };
  };

  return {
    next,
    async enter(offset) {
      while (nextOffset <= offset) {
        const box = await next();
        if (box === null) throw cutShort("before its samples");
        if (box.type === "moof") throw damaged("samples lie behind the next fragment");
      }
    },
    async find(type) {
      while (nextOffset !== Infinity) {
        await goOn();
        if (await isOther(source)) return null;
        const box = await next();
        if (box === null || box.type === type) return box;
      }
      return null;
    },
  };
}

/** True if no box comes next, but a tag or whatever else stands at the end of a file. */
async function isOther(source: ByteSource): Promise<boolean> {
  const start = await source.peek(SMALLEST_HEADER_BYTES);
  return start.length > 0 && start[0] !== 0 && !LARGE_BOXES.includes(fourCharacters(start, 4));
}
