/** RIFF and IFF files that were joined end to end: where the first ends. */

import { fourCharacters } from "../../bytes/marks.ts";
import { type ByteSource, PIECE_BYTES, sourceWithin } from "../../bytes/source.ts";
import { isChunkName, readChunkHeader, skipChunk } from "./chunks.ts";

/** The signature of files of one kind, and the byte order of their sizes. */
export interface FileKind {
  readonly names: readonly string[];
  /** The type behind the size; all begin with the same letter. */
  readonly types: readonly [string, ...string[]];
  readonly littleEndian: boolean;
}

const HEADER_BYTES = 12;
const TYPE_AT = 8;
/** A file has a few chunks behind its samples; no more than so many are gone through. */
const MOST_TRAILING_CHUNKS = 64;

/** Passes over the chunks that are left of a file; tells whether another one follows. */
export async function leadsToAnotherFile(source: ByteSource, kind: FileKind): Promise<boolean> {
  for (let chunks = 0; chunks < MOST_TRAILING_CHUNKS; chunks++) {
    if (isHeader(await source.peek(HEADER_BYTES), 0, kind)) return true;
    const chunk = await readChunkHeader(source, kind.littleEndian);
    if (chunk === null || !isChunkName(chunk.id)) return false;
    await skipChunk(source, chunk);
  }
  return false;
}

/** Samples of unknown length: all that comes before the header of another file. */
export function upToAnotherFile(source: ByteSource, kind: FileKind): ByteSource {
  return sourceWithin(piecesBeforeHeader(source, kind), source);
}

async function* piecesBeforeHeader(source: ByteSource, kind: FileKind): AsyncGenerator<Uint8Array> {
  for (;;) {
    const bytes = await source.peek(PIECE_BYTES + HEADER_BYTES - 1);
    const end = indexOfHeader(bytes, kind);
    const piece = await source.read(end === -1 ? PIECE_BYTES : end);
    if (piece.length === 0) return;
    yield piece;
    if (end !== -1) return;
  }
}

function indexOfHeader(bytes: Uint8Array, kind: FileKind): number {
  const letter = kind.types[0].charCodeAt(0);
  let at = bytes.indexOf(letter, TYPE_AT);
  while (at !== -1 && !isHeader(bytes, at - TYPE_AT, kind)) at = bytes.indexOf(letter, at + 1);
  return at === -1 ? -1 : at - TYPE_AT;
}

function isHeader(bytes: Uint8Array, at: number, { names, types }: FileKind): boolean {
  return (
    names.includes(fourCharacters(bytes, at)) && types.includes(fourCharacters(bytes, at + TYPE_AT))
  );
}
