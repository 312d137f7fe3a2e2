/** The pages of one Ogg stream → its packets. */
import { damaged } from "./broken-file.ts";
import type { OggPage } from "./ogg-page.ts";

/** The packets that end on one page. */
export interface OggPackets {
  readonly packets: readonly Uint8Array[];
  readonly granulePosition: number | null;
  readonly isLast: boolean;
}

/** Of a longer packet only the beginning is kept: nothing but comments, with pictures in them, comes near it. */
const MOST_PACKET_BYTES = 2 ** 20;

/**
 * Makes a function that takes one page after another and puts together what they have taken apart; it throws an
 * UndertoneError `clip-damaged` if a page is missing between two.
 */
export function oggPacketAssembly(): (page: OggPage) => OggPackets {
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  let isUnfinished = false;

  const take = (): Uint8Array => {
    const packet = joined(parts, heldBytes);
    parts = [];
    heldBytes = 0;
    return packet;
  };
  return (page) => {
    if (page.isContinued !== isUnfinished) throw damaged("an Ogg page is missing");
    const packets: Uint8Array[] = [];
    for (const [index, part] of page.parts.entries()) {
      const kept = part.subarray(0, MOST_PACKET_BYTES - heldBytes);
      parts.push(kept);
      heldBytes += kept.length;
      if (index < page.parts.length - 1 || !page.continues) packets.push(take());
    }
    isUnfinished = page.continues;
    return { packets, granulePosition: page.granulePosition, isLast: page.isLast };
  };
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
