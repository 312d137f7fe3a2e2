/** Matroska blocks: one to 256 packets of a track, laced together (RFC 9559, section 10.3). */
import { damaged } from "../../faults.ts";
import { readVariableInt } from "./ebml.ts";

const TIMECODE_BYTES = 2;
const NO_LACING = 0;
const XIPH = 1;
const FIXED_SIZE = 2;

/**
 * The packets of a block.
 * @param block what follows the track number: a timecode, flags, sizes, packets.
 * @throws UndertoneError `clip-damaged` if its sizes do not add up.
 */
export function packetsOfBlock(block: Uint8Array): Uint8Array[] {
  const flags = block[TIMECODE_BYTES];
  if (flags === undefined) throw inconsistent();
  const body = block.subarray(TIMECODE_BYTES + 1);
  const lacing = (flags >> 1) & 3;
  if (lacing === NO_LACING) return [body];
  if (body.length === 0) throw inconsistent();
  const count = (body[0] as number) + 1;
  const laced = body.subarray(1);
  if (lacing === FIXED_SIZE) return fixedSizes(laced, count);
  if (lacing === XIPH) return xiphLaced(laced, count);
  const { sizes, start } = ebmlSizes(laced, count);
  return split(laced.subarray(start), sizes);
}

/**
 * Packets laced as Ogg does: sizes in bytes of 255 and a last one below, then the packets.
 * @throws UndertoneError `clip-damaged` if their sizes do not add up.
 */
export function xiphLaced(laced: Uint8Array, count: number): Uint8Array[] {
  const { sizes, start } = xiphSizes(laced, count);
  return split(laced.subarray(start), sizes);
}

interface Lace {
  /** Of all packets but the last, which has the rest. */
  readonly sizes: readonly number[];
  readonly start: number;
}

function fixedSizes(laced: Uint8Array, count: number): Uint8Array[] {
  if (laced.length % count !== 0) throw inconsistent();
  return split(laced, new Array(count - 1).fill(laced.length / count));
}

function xiphSizes(laced: Uint8Array, count: number): Lace {
  const sizes: number[] = [];
  let start = 0;
  while (sizes.length < count - 1) {
    let size = 0;
    let byte = 0xff;
    while (byte === 0xff) {
      byte = laced[start++] ?? -1;
      if (byte < 0) throw inconsistent();
      size += byte;
    }
    sizes.push(size);
  }
  return { sizes, start };
}

/** The first size as it is, each further one as its difference from the one before, offset to be positive. */
function ebmlSizes(laced: Uint8Array, count: number): Lace {
  const sizes: number[] = [];
  let start = 0;
  while (sizes.length < count - 1) {
    const number = readVariableInt(laced, start);
    if (number === null || number.value === null) throw inconsistent();
    const previous = sizes.at(-1);
    const offset = 2 ** (7 * number.bytes - 1) - 1;
    const size = previous === undefined ? number.value : previous + number.value - offset;
    if (size < 0) throw inconsistent();
    sizes.push(size);
    start += number.bytes;
  }
  return { sizes, start };
}

function split(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const packets: Uint8Array[] = [];
  let start = 0;
  for (const size of sizes) {
    packets.push(bytes.subarray(start, start + size));
    start += size;
  }
  if (start > bytes.length) throw inconsistent();
  return [...packets, bytes.subarray(start)];
}

function inconsistent(): Error {
  return damaged("a block's packets do not fit into it");
}
