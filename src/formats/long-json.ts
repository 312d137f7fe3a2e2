/**
 * Long answers in JSON, parsed piece by piece: JSON.parse holds the event loop for all of a transcript of some hours. Only long lists of
 * the outermost object are cut; their pieces and all the rest go through JSON.parse.
 */
import { breathe } from "../breathe.ts";

/** Pieces have about so many bytes. */
const PIECE_BYTES = 64 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENS = new Set([0x5b, 0x7b]);
const CLOSES = new Set([0x5d, 0x7d]);

/** A piece of a list: whole elements, with commas between. */
interface ListPiece {
  /** The list's member of the outermost object. */
  readonly member: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Parses an object as JSON.stringify writes it, without space between tokens; others have their turn after each piece.
 * @param pieceBytes about what a piece has
 * @throws SyntaxError for what is not JSON
 */
export async function parseLongJson(
  bytes: Uint8Array,
  pieceBytes = PIECE_BYTES,
): Promise<Record<string, unknown>> {
  if (bytes.length <= pieceBytes) return JSON.parse(textOf(bytes));
  const lists = new Map<string, unknown[]>();
  let rest = "";
  let kept = 0;
  for (const { member, start, end } of longPieces(bytes, pieceBytes)) {
    rest += textOf(bytes.subarray(kept, start));
    kept = end + 1;
    const list = lists.get(member) ?? [];
    lists.set(member, list);
    for (const element of JSON.parse(`[${textOf(bytes.subarray(start, end))}]`)) list.push(element);
    await breathe();
  }
  const parsed = JSON.parse(rest + textOf(bytes.subarray(kept)));
  for (const [member, elements] of lists) {
    parsed[member] = elements.concat(parsed[member]);
  }
  return parsed;
}

/** Finds pieces of lists; a comma and the last elements of their list come after each. */
function* longPieces(bytes: Uint8Array, pieceBytes: number): Generator<ListPiece> {
  let depth = 0;
  let name = bytes.subarray(0, 0);
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      const end = endOfString(bytes, at);
      // The string before a list is its name.
      if (depth === 1) name = bytes.subarray(at, end + 1);
      at = end;
    } else if (OPENS.has(byte)) {
      depth++;
      if (depth === 2) start = byte === 0x5b ? at + 1 : Number.POSITIVE_INFINITY;
    } else if (CLOSES.has(byte)) {
      depth--;
    } else if (byte === COMMA && depth === 2 && at - start >= pieceBytes) {
      yield { member: JSON.parse(textOf(name)), start, end: at };
      start = at + 1;
    }
  }
}

/** Where the quote is that ends the string that begins at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return bytes.length;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
