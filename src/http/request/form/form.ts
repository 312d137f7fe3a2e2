/**
 * A multipart form as it arrives: its fields, and the bytes of its file while they come in. Long because every reader
 * of the grammar shares its bounds.
 */
import { type ByteSource, byteSource, PIECE_BYTES } from "../../../audio/bytes/source.ts";
import { UndertoneError } from "../../../errors.ts";
import { fileNameOf } from "./file-name.ts";
import { indexOfBytes } from "./index-of-bytes.ts";

/** A field that is no clip; the value is null for a file in a field for text, and for text in a field for a file. */
export interface FormField {
  readonly kind: "field";
  readonly name: string;
  readonly value: string | null;
}

/** An event of a form. Bytes belong to the file before them. */
export type FormEvent =
  | FormField
  | { readonly kind: "file"; readonly name: string; readonly fileName: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

interface PartHeaders {
  readonly name: string;
  /** `null` for a part that is no file. */
  readonly fileName: string | null;
}

const FILE_FIELDS: readonly string[] = ["file"];

/** Options are short; these keep a form from being anything else than options and a file. */
const MAX_FIELD_BYTES = 16_384;
const MAX_HEADER_BYTES = 8_192;
const MAX_PARTS = 64;
/** RFC 2046 §5.1.1. A delimiter is far shorter than a piece, so every piece without one passes on some of its bytes. */
const MAX_BOUNDARY_CHARACTERS = 70;
/** Text before the first boundary, which no client of HTTP sends. */
const MAX_PREAMBLE_BYTES = 8_192;

const HEADERS_END = latin1Bytes("\r\n\r\n");

/**
 * Parses a form (RFC 7578, RFC 2046 §5.1) piece by piece; holds 64 kB of it. What follows its last boundary is not read.
 * @param fileFields names of the fields that are files
 * @throws UndertoneError `malformed-multipart`, also for a second file of one name, and what `pieces` throws.
 */
export async function* formEvents(
  pieces: AsyncIterable<Uint8Array>,
  contentType: string,
  fileFields = FILE_FIELDS,
): AsyncGenerator<FormEvent> {
  const boundary = readBoundary(contentType);
  const delimiter = latin1Bytes(`\r\n--${boundary}`);
  const source = byteSource(withLineBreak(pieces));
  await skipPreamble(source, delimiter);
  const files = new Set<string>();
  for (let parts = 0; await beginsPart(source); parts++) {
    if (parts === MAX_PARTS) throw malformed(`it has more than ${MAX_PARTS} parts`);
    const { name, fileName } = await readHeaders(source);
    const bytes = bytesUntil(source, delimiter);
    const isForFiles = fileFields.includes(name);
    if (fileName !== null && isForFiles) {
      if (files.has(name)) throw malformed(`it has several fields \`${name}\``);
      files.add(name);
      yield { kind: "file", name, fileName };
      for await (const piece of bytes) yield { kind: "bytes", bytes: piece };
    } else if (fileName !== null || isForFiles) {
      for await (const _ of bytes) {
        // It is as long as it likes, and nothing is made of it.
      }
      yield { kind: "field", name, value: null };
    } else {
      yield { kind: "field", name, value: await readText(bytes) };
    }
  }
}

function readBoundary(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? "";
  if (boundary === "") throw malformed("its Content-Type names no boundary");
  if (boundary.length > MAX_BOUNDARY_CHARACTERS) {
    throw malformed(
      `its boundary has ${boundary.length} characters; at most ${MAX_BOUNDARY_CHARACTERS} are allowed`,
    );
  }
  return boundary;
}

async function skipPreamble(source: ByteSource, delimiter: Uint8Array): Promise<void> {
  for await (const _ of bytesUntil(source, delimiter)) {
    if (source.position > MAX_PREAMBLE_BYTES) {
      throw malformed(`its first boundary does not come within ${MAX_PREAMBLE_BYTES} bytes`);
    }
  }
}

/** A boundary stands at the beginning of a line; the first line has none before it. */
async function* withLineBreak(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield latin1Bytes("\r\n");
  yield* pieces;
}

/** Reads up to the delimiter and takes it. Each round takes at least one byte, or is the last. */
async function* bytesUntil(source: ByteSource, delimiter: Uint8Array): AsyncGenerator<Uint8Array> {
  for (;;) {
    const bytes = await source.peek(PIECE_BYTES);
    const index = indexOfBytes(bytes, delimiter);
    if (index < 0 && bytes.length < PIECE_BYTES)
      throw malformed("it ends before its last boundary");
    const count = index < 0 ? bytes.length - delimiter.length + 1 : index;
    if (count > 0) yield await source.read(count);
    if (index >= 0) {
      await source.skip(delimiter.length);
      return;
    }
  }
}

/** True if a part follows the boundary, or else the form's end. */
async function beginsPart(source: ByteSource): Promise<boolean> {
  const mark = latin1(await source.read(2));
  if (mark === "--") return false;
  if (mark !== "\r\n") throw malformed("one of its boundaries is broken");
  return true;
}

async function readHeaders(source: ByteSource): Promise<PartHeaders> {
  const bytes = await source.peek(MAX_HEADER_BYTES);
  const length = indexOfBytes(bytes, HEADERS_END);
  if (length < 0) throw malformed("the headers of one of its parts are broken");
  await source.skip(length + HEADERS_END.length);
  const headers = new TextDecoder().decode(bytes.subarray(0, length));
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? "";
  const parameters = new Map(
    Array.from(
      disposition.matchAll(/;\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g),
      ([, name = "", quoted, plain = ""]) => [name.toLowerCase(), quoted ?? plain] as const,
    ),
  );
  const name = parameters.get("name");
  if (name === undefined) throw malformed("one of its parts has no name");
  return { name, fileName: fileNameOf(parameters) };
}

async function readText(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > MAX_FIELD_BYTES) {
      throw malformed(`a text field has more than ${MAX_FIELD_BYTES} bytes`);
    }
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

function malformed(problem: string): UndertoneError {
  return new UndertoneError(
    "malformed-multipart",
    `The multipart form cannot be read: ${problem}. Send it as curl -F file=@clip.wav does.`,
  );
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
