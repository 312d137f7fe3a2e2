/** Recognises bodies that are no audio, so that the error can say what was sent. */
import { hasMarks, latin1, type Mark } from "../bytes/marks.ts";
import { sniffText } from "./text.ts";

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
  ["an HTTP response with its headers (send its body alone)", [0, "HTTP/1."]],
  ["a 7-Zip archive", [0, "7z\xbc\xaf\x27\x1c"]],
  ["a NumPy array", [0, "\x93NUMPY"]],
  ["a program", [0, "\x7fELF"]],
  ["a program", [0, "MZ\x90\0"]],
];

/** The bytes of a form's first part that are looked at. */
const FORM_START_BYTES = 512;
const FORM =
  "a multipart form that was saved as a file (send the file that is in it, without the boundary and the lines behind it)";

/** A name, with its article, for what was sent in place of audio; null if it cannot be told. */
export function sniffOther(bytes: Uint8Array): string | null {
  const known = SIGNATURES.find(([, ...marks]) => hasMarks(bytes, marks));
  if (known !== undefined) return known[0];
  return isForm(bytes) ? FORM : sniffText(bytes);
}

/** A line that begins with two dashes, and behind it the headers of a part (RFC 7578). */
function isForm(bytes: Uint8Array): boolean {
  const start = latin1(bytes.subarray(0, FORM_START_BYTES));
  return /^\s*--[^\r\n]+\r?\n(?:[\w-]+:.*\r?\n)*content-disposition:/i.test(start);
}
