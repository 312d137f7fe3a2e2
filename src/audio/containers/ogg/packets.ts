/** The pages of one Ogg stream → its packets. */
import type { DecodeContext } from "../../decoder.ts";
import type { FoundPage } from "./pages.ts";

/** The packets that end on one page. */
export interface OggPackets {
  readonly packets: readonly Uint8Array[];
  readonly granulePosition: number | null;
  readonly isLast: boolean;
}

/** Puts together what pages have taken apart. */
export interface OggPacketAssembly {
  /** True if a packet has begun and not ended. */
  readonly isUnfinished: boolean;
  /** Takes the stream's next page. A packet of which a page is missing is left out. */
  add(page: FoundPage): OggPackets;
}

/** Of a longer packet only the beginning is kept: nothing but comments, with pictures in them, comes near it. */
const MOST_PACKET_BYTES = 2 ** 20;

/**
 * Begins before the first page of a stream.
 * @param context is told of `part-missing` where pages are missing that were not seen as damaged ones.
 */
export function oggPacketAssembly({ notice }: Pick<DecodeContext, "notice">): OggPacketAssembly {
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  let isUnfinished = false;
  /** True if the unfinished packet lacks its beginning. */
  let isHeadless = false;
  let expectedSequence: number | null = null;
  let gapsSeen = 0;

  const drop = () => {
    parts = [];
    heldBytes = 0;
  };
  const hold = (part: Uint8Array) => {
    const kept = part.subarray(0, MOST_PACKET_BYTES - heldBytes);
    parts.push(kept);
    heldBytes += kept.length;
  };
  /** Drops what cannot be continued, and tells of pages that are missing. */
  const bridge = (page: FoundPage) => {
    const isGap = expectedSequence !== null && page.sequence > expectedSequence;
    const isConsistent = page.isContinued === isUnfinished;
    const isTold = page.gapsBefore > gapsSeen;
    expectedSequence = page.sequence + 1;
    gapsSeen = page.gapsBefore;
    if (!isGap && isConsistent) return;
    if (!isTold) notice("part-missing");
    drop();
    isHeadless = page.isContinued;
  };

  return {
    get isUnfinished() {
      return isUnfinished;
    },
    add(page) {
      bridge(page);
      const packets: Uint8Array[] = [];
      for (const [index, part] of page.parts.entries()) {
        hold(part);
        if (index === page.parts.length - 1 && page.continues) break;
        if (!isHeadless) packets.push(joined(parts, heldBytes));
        isHeadless = false;
        drop();
      }
      isUnfinished = page.continues;
      return { packets, granulePosition: page.granulePosition, isLast: page.isLast };
    },
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
