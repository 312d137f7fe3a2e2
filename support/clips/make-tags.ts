/** Tags as programs write them before, between and behind the sound, and what else they leave there. */
import { joined, text } from "./bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An ID3v2 tag with so many bytes after its header; id3.org's example: 257 is 0x0000_0201. */
export function id3Tag(bodyBytes: number, flags = 0): Bytes {
  const size = [21, 14, 7, 0].map((shift) => (bodyBytes >> shift) & 0x7f);
  const footer = flags & 0x10 ? 10 : 0;
  return joined(text("ID3"), [4, 0, flags, ...size], new Uint8Array(bodyBytes + footer).fill(0xff));
}

/** The tag that HLS puts before each segment of packed audio (RFC 8216 §3.4): a PRIV frame with a time stamp. */
export function hlsTag(): Bytes {
  const owner = text("com.apple.streaming.transportStreamTimestamp\0");
  const frame = joined(text("PRIV"), [0, 0, 0, owner.length + 8, 0, 0], owner, [0, 0, 0, 0]);
  return joined(text("ID3"), [4, 0, 0, 0, 0, 0, frame.length + 4], frame, [0, 1, 0x5f, 0x90]);
}

/** An APE tag of one item; a tag of version 1, or some of version 2, has no header. */
export function apeTag(valueBytes: number, hasHeader = true): Bytes {
  const value = new Uint8Array(valueBytes).fill(0x78);
  const item = joined(little(valueBytes), little(0), text("Title\0"), value);
  const flags = hasHeader ? 0x80000000 : 0;
  const footer = (ownFlags: number) =>
    joined(
      text("APETAGEX"),
      ...[hasHeader ? 2_000 : 1_000, item.length + 32, 1, ownFlags].map(little),
      new Uint8Array(8),
    );
  return joined(hasHeader ? footer(0xa0000000) : [], item, footer(flags));
}

/** A tag of the first version, which stands behind the sound. */
export function id3v1Tag(): Bytes {
  return text(`TAG${"Title".padEnd(124, "\0")}\xff`);
}

/** Lyrics3 of version 2, whose size stands before its last word. */
export function lyricsTag(): Bytes {
  const body = "LYRICSBEGININD0000210LYR00014[00:01]Whatever";
  return text(`${body}${String(body.length).padStart(6, "0")}LYRICS200`);
}

/** Bytes that may follow the last frame of a whole file. */
export const FOLLOWING: readonly (readonly [name: string, bytes: Bytes])[] = [
  ["an ID3v1 tag", id3v1Tag()],
  ["an enhanced ID3v1 tag", joined(text(`TAG+${"Title".padEnd(223, "\0")}`), id3v1Tag())],
  ["an ID3v2 tag", id3Tag(257)],
  ["an ID3v2 tag with a footer", id3Tag(300, 0x10)],
  ["an ID3v2 tag that is cut", id3Tag(257).subarray(0, 100)],
  ["an APE tag", apeTag(60)],
  ["an APE tag without a header", apeTag(60, false)],
  ["a Lyrics3 tag with an ID3v1 tag", joined(lyricsTag(), id3v1Tag())],
  ["an APE, a Lyrics3 and an ID3v1 tag", joined(apeTag(9), lyricsTag(), id3v1Tag())],
  ["a zero", new Uint8Array(1)],
  ["100 kB of zeros", new Uint8Array(100_000)],
  ["zeros and a tag", joined(new Uint8Array(777), id3v1Tag())],
  ["memory that was never written", new Uint8Array(1_000).fill(0xff)],
  ["a line feed", text("\n")],
  ["the end of a form", text("\r\n------WebKitFormBoundaryAbC--\r\n")],
];

function little(value: number): Bytes {
  const field = new Uint8Array(4);
  new DataView(field.buffer).setUint32(0, value, true);
  return field;
}
