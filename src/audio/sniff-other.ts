/** What a body that is no audio looks like, so that its sender is told what was sent. */
import { sniffText } from "./sniff-text.ts";

/** Latin-1 text that stands at a place of a file. */
type Mark = readonly [offset: number, text: string];

const TRANSPORT_PACKET_BYTES = 188;

/** Marks of files that people send by mistake; names have their article. */
const SIGNATURES: readonly (readonly [name: string, ...marks: Mark[]])[] = [
  ["a PNG image", [0, "\x89PNG\r\n"]],
  ["a JPEG image", [0, "\xff\xd8\xff"]],
  ["a GIF image", [0, "GIF8"]],
  ["a WebP image", [0, "RIFF"], [8, "WEBP"]],
  ["a BMP image", [0, "BM"], [6, "\0\0\0\0"]],
  ["a TIFF image", [0, "II*\0"]],
  ["a TIFF image", [0, "MM\0*"]],
  ["a video (AVI)", [0, "RIFF"], [8, "AVI "]],
  ["a video (FLV)", [0, "FLV\x01"]],
  ["a video (MPEG program stream)", [0, "\0\0\x01\xba"]],
  [
    "a video (MPEG transport stream)",
    [0, "G"],
    [TRANSPORT_PACKET_BYTES, "G"],
    [2 * TRANSPORT_PACKET_BYTES, "G"],
  ],
  ["a MIDI file, which holds notes and no sound", [0, "MThd"]],
  ["a PDF document", [0, "%PDF-"]],
  ["a zip archive (or an office document)", [0, "PK\x03\x04"]],
  ["a gzip archive", [0, "\x1f\x8b\x08"]],
  ["a RAR archive", [0, "Rar!\x1a\x07"]],
  ["a 7-Zip archive", [0, "7z\xbc\xaf\x27\x1c"]],
  ["a NumPy array", [0, "\x93NUMPY"]],
  ["a program", [0, "\x7fELF"]],
  ["a program", [0, "MZ\x90\0"]],
];

/** A name, with its article, for what was sent in place of audio; null if it cannot be told. */
export function sniffOther(bytes: Uint8Array): string | null {
  const known = SIGNATURES.find(([, ...marks]) => marks.every((mark) => has(bytes, mark)));
  return known?.[0] ?? sniffText(bytes);
}

function has(bytes: Uint8Array, [offset, text]: Mark): boolean {
  return String.fromCharCode(...bytes.subarray(offset, offset + text.length)) === text;
}
