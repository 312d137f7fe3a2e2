/** The boxes of an MP4 file one after another, while samples are read out of them. */

import type { ByteSource } from "../../../bytes/source.ts";
import { skipWhole } from "../../../bytes/whole.ts";
import { cutShort, damaged } from "../../../faults.ts";
import { readBoxHeader } from "./box.ts";

/** A box whose header has been taken. */
export interface TopLevelBox {
  readonly type: string;
  /** The start of its header. */
  readonly offset: number;
  /** Of its own; infinite if it goes on to the end of the file. */
  readonly bytes: number;
}

/** Goes forward from box to box. */
export interface TopLevelBoxes {
  /** Takes the header of the next box; null at the end of the file. */
  next(): Promise<TopLevelBox | null>;
  /** Takes the headers of all boxes that begin at or before `offset`. */
  enter(offset: number): Promise<void>;
  /** Takes headers up to that of the next box of a type; null at the end of the file. */
  find(type: string): Promise<TopLevelBox | null>;
}

/** Boxes from where the source stands, between two of them. */
export function topLevelBoxes(source: ByteSource): TopLevelBoxes {
  let nextOffset = source.position;

  const next = async (): Promise<TopLevelBox | null> => {
    if (nextOffset === Infinity) return null;
    if (source.position > nextOffset) throw damaged("a sample reaches beyond its box");
    await skipWhole(source, nextOffset - source.position, "a box");
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
      for (let box = await next(); box !== null; box = await next()) {
        if (box.type === type) return box;
      }
      return null;
    },
  };
}
