/** Results whose tensors are kept in pieces: of each window of a recording what the try that counts has written. */
import { joinBytes } from "../bytes.ts";
import { UndertoneError } from "../errors.ts";
import { getInto, reusedPiece } from "../reused-memory.ts";
import type { Store } from "../store/store.ts";

/** A result whose tensors are kept in pieces, one of each window of a recording. */
export interface SpreadResult {
  /** JSON. */
  readonly header: string;
  /**
   * The bytes of a tensor, piece by piece; each may be gone once the next one is asked for.
   * @throws UndertoneError `internal` if one of them is gone.
   */
  pieces(tensor: number): AsyncIterable<Uint8Array>;
}

/** Where the pieces of a spread result are: of each window the try that wrote them. */
export interface Spread {
  readonly tries: readonly number[];
  /** The numbers of the windows; from 0 on if left out. */
  readonly windows?: readonly number[];
}

/** About what a window of 30 s has of a layer. */
export const SPREAD_PIECE_BYTES = 5e6;

/** A part of a result that one try at a window wrote. */
export interface WindowPart {
  readonly window: number;
  readonly made: number;
  readonly tensor: number;
}

/** The key of what a try at a window wrote: each try has files of its own, so that what is read is never written over. */
export function windowPart(
  key: string,
  folder: string,
  { window, made, tensor }: WindowPart,
): string {
  return `results/${key}/${folder}/${window}.${made}.${tensor}`;
}

/** Where bytes are read. */
interface Files {
  readonly files: Pick<Store, "get" | "getInto">;
}

/**
 * Reads the tensors of a spread result; `null` for the header of another one.
 * @param reuses true if one piece may be read into the memory of the other, once the next one is asked for
 */
export function spreadPieces(
  { files }: Files,
  key: string,
  folder: string,
  header: string,
  reuses: boolean,
): SpreadResult["pieces"] | null {
  const spread = spreadOf(header);
  if (spread === null) return null;
  return async function* (tensor) {
    const memory = reuses ? reusedPiece() : undefined;
    for (const name of pieceNames(key, folder, spread, tensor)) {
      const bytes = await getInto(files, name, memory);
      if (bytes === null) {
        throw new UndertoneError("internal", `A part of the result is gone: ${name}.`);
      }
      yield bytes;
      memory?.done();
    }
  };
}

/** Each tensor of a spread result as a whole, `null` for one of which a piece is gone; `null` for the header of another result. */
export async function readSpread(
  { files }: Files,
  key: string,
  folder: string,
  header: string,
): Promise<(Uint8Array | null)[] | null> {
  const spread = spreadOf(header);
  if (spread === null) return null;
  const { tensors = [] }: { readonly tensors?: readonly unknown[] } = JSON.parse(header);
  const joined: (Uint8Array | null)[] = [];
  for (const tensor of tensors.keys()) {
    const pieces: Uint8Array[] = [];
    for (const name of pieceNames(key, folder, spread, tensor)) {
      const piece = await files.get(name);
      if (piece !== null) pieces.push(piece);
    }
    joined.push(pieces.length === spread.tries.length ? joinBytes(pieces) : null);
  }
  return joined;
}

function pieceNames(
  key: string,
  folder: string,
  { tries, windows }: Spread,
  tensor: number,
): string[] {
  return tries.map((made, index) =>
    windowPart(key, folder, { window: windows?.[index] ?? index, made, tensor }),
  );
}

function spreadOf(header: string): Spread | null {
  const { spread = null }: { readonly spread?: Spread | null } = JSON.parse(header);
  return spread;
}
