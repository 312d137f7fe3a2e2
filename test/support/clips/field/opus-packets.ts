/** Opus packets (RFC 6716 §3), made out of others. */
import { joined } from "../../../../support/clips/bytes.ts";

/** Frames of one packet: a code for their number, of those whose first byte agrees. */
const ARBITRARY_FRAMES = 3;
const VARIABLE_BITRATE = 0x80;

/** Packets of several frames, out of packets of one frame each; where the kind of frame changes, a packet ends. */
export function longPackets(packets: readonly Uint8Array[], frames: number): Uint8Array[] {
  const made: Uint8Array[] = [];
  for (let at = 0; at < packets.length; ) {
    const kind = kindOf(packets[at]);
    const end = packets.findIndex(
      (packet, index) => index >= at + frames || (index > at && kindOf(packet) !== kind),
    );
    const group = packets.slice(at, end < 0 || end <= at ? packets.length : end);
    made.push(
      packetOf(
        group.map((packet) => packet.subarray(1)),
        kind,
      ),
    );
    at += group.length;
  }
  return made;
}

/** The same packets, of which some are left to the decoder: a first byte and no frame, as discontinuous transmission sends. */
export function withPauses(packets: readonly Uint8Array[], from: number, to: number): Uint8Array[] {
  return packets.map((packet, index) =>
    index >= from && index < to ? packet.subarray(0, 1) : packet,
  );
}

/** A packet padded with zeros to be longer than an Ogg page's segment. */
export function padded(packet: Uint8Array): Uint8Array {
  const frame = packet.subarray(1);
  const padding = new Uint8Array(254);
  return joined([kindOf(packet) | ARBITRARY_FRAMES, 0x40 | 1, 254], frame, padding);
}

/** How many samples at 48 kHz a packet has (§3.1, §3.2). */
export function opusFrames([first = 0, second = 0]: Uint8Array): number {
  const code = first & 3;
  const count = code === 0 ? 1 : code === ARBITRARY_FRAMES ? second & 0x3f : 2;
  return count * frameSamples(first >> 3);
}

function frameSamples(configuration: number): number {
  if (configuration < 12) return [480, 960, 1_920, 2_880][configuration & 3] as number;
  if (configuration < 16) return [480, 960][configuration & 1] as number;
  return [120, 240, 480, 960][configuration & 3] as number;
}

function kindOf(packet: Uint8Array | undefined): number {
  return (packet?.[0] ?? 0) & 0xfc;
}

function packetOf(frames: readonly Uint8Array[], kind: number): Uint8Array {
  const sizes = frames.slice(0, -1).flatMap(({ length }) => sizeBytes(length));
  return joined([kind | ARBITRARY_FRAMES, VARIABLE_BITRATE | frames.length], sizes, ...frames);
}

/** §3.2.1: a byte, or two from 252 on. */
function sizeBytes(bytes: number): number[] {
  return bytes < 252 ? [bytes] : [252 + (bytes & 3), (bytes - 252 - (bytes & 3)) >> 2];
}
