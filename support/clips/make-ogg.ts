/** Ogg pages, written for tests (RFC 3533 §6). */
import { joined, text } from "./bytes.ts";

/** A page; what is left out is as in the middle of a stream with serial number 1. */
export interface PageFields {
  readonly packets: readonly Uint8Array[];
  readonly serial?: number;
  readonly sequence?: number;
  readonly granulePosition?: bigint;
  readonly isContinued?: boolean;
  readonly isFirst?: boolean;
  readonly isLast?: boolean;
  /** True if the last packet continues on the next page; its length must be a multiple of 255. */
  readonly continues?: boolean;
}

/** A page with the checksum that it should have. */
export function oggPage(fields: PageFields): Uint8Array<ArrayBuffer> {
  const { packets, serial = 1, sequence = 0, granulePosition = 0n, continues = false } = fields;
  const segments = packets.flatMap((packet, index) =>
    segmentsOf(packet.length, continues && index === packets.length - 1),
  );
  const header = new DataView(new ArrayBuffer(27));
  new Uint8Array(header.buffer).set(text("OggS"));
  header.setUint8(5, flags(fields));
  header.setBigInt64(6, granulePosition, true);
  header.setUint32(14, serial, true);
  header.setUint32(18, sequence, true);
  header.setUint8(26, segments.length);
  const page = joined(new Uint8Array(header.buffer), segments, ...packets);
  new DataView(page.buffer).setUint32(22, checksum(page), true);
  return page;
}

/** Layout of packets on pages. */
export interface Paging {
  /** Of sound; headers have a page each. */
  readonly packetsPerPage?: number;
  /** True if the last page has the end-of-stream flag. */
  readonly hasEnd?: boolean;
  readonly headers?: number;
  /** Samples in a packet of sound; without it only the last page has a position. */
  readonly framesOf?: (packet: Uint8Array) => number;
  /** Changes the packets of sound. */
  readonly change?: (packets: Uint8Array[]) => readonly Uint8Array[];
}

/** The packets of a file of one stream, on pages of their own. */
export function repagedPages(
  file: Uint8Array,
  { packetsPerPage = 1, hasEnd = true, headers = 2, framesOf, change = (all) => all }: Paging = {},
): Uint8Array<ArrayBuffer>[] {
  const last = pagesOf(file).at(-1) as Uint8Array;
  const granulePosition = new DataView(last.buffer, last.byteOffset).getBigInt64(6, true);
  const packets = packetsOf(file);
  const sound = change(packets.slice(headers));
  const groups = packets.slice(0, headers).map((packet): readonly Uint8Array[] => [packet]);
  for (let at = 0; at < sound.length; at += packetsPerPage) {
    groups.push(sound.slice(at, at + packetsPerPage));
  }
  let frames = 0;
  return groups.map((group, sequence) => {
    const isHeader = sequence < headers;
    if (!isHeader) frames += group.reduce((sum, packet) => sum + (framesOf?.(packet) ?? 0), 0);
    const position = isHeader ? 0n : framesOf === undefined ? -1n : BigInt(frames);
    const isLast = sequence === groups.length - 1;
    return oggPage({
      packets: group,
      sequence,
      isFirst: sequence === 0,
      isLast: isLast && hasEnd,
      granulePosition: isLast ? granulePosition : position,
    });
  });
}

/** The same as a file. */
export function repaged(file: Uint8Array, paging: Paging = {}): Uint8Array<ArrayBuffer> {
  return joined(...repagedPages(file, paging));
}

/** The packets of all pages of one stream, of which none may go on from page to page. */
export function packetsOf(file: Uint8Array): Uint8Array[] {
  return pagesOf(file).flatMap((page) => {
    const segments = [...page.subarray(27, 27 + (page[26] as number))];
    const packets: Uint8Array[] = [];
    let [start, end] = [27 + segments.length, 27 + segments.length];
    for (const segment of segments) {
      end += segment;
      if (segment === 255) continue;
      packets.push(page.subarray(start, end));
      start = end;
    }
    return packets;
  });
}

/** The pages of a file. */
export function pagesOf(file: Uint8Array): Uint8Array[] {
  const pages: Uint8Array[] = [];
  for (let start = 0; start < file.length; ) {
    const segments = file.subarray(start + 27, start + 27 + (file[start + 26] as number));
    const end = start + 27 + segments.length + segments.reduce((sum, bytes) => sum + bytes, 0);
    pages.push(file.subarray(start, end));
    start = end;
  }
  return pages;
}

function segmentsOf(bytes: number, continues: boolean): number[] {
  const whole = new Array(Math.floor(bytes / 255)).fill(255);
  return continues ? whole : [...whole, bytes % 255];
}

function flags({ isContinued = false, isFirst = false, isLast = false }: PageFields): number {
  return (isContinued ? 1 : 0) | (isFirst ? 2 : 0) | (isLast ? 4 : 0);
}

/** Bit by bit, as the specification describes it: polynomial 0x04c11db7, from 0, nothing inverted. */
function checksum(page: Uint8Array): number {
  let remainder = 0;
  for (const byte of page) {
    remainder ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder < 0 ? (remainder << 1) ^ 0x04c11db7 : remainder << 1;
    }
  }
  return remainder >>> 0;
}
