/** Chunks of RIFF and IFF files: a name, a size, and that many bytes. */
import { viewOf } from "../../../bytes.ts";
import { fourCharacters } from "../../bytes/marks.ts";
import type { ByteSource } from "../../bytes/source.ts";

const CHUNK_HEADER_BYTES = 8;
const NAME_BYTES = 4;

/**
 * From here up, a size stands for "not known yet". Programs that write to a pipe have 0x7f000000, 0x7ffff000, 0x7fffffff,
 * 0x80000000, 2·10⁹ or 0xffffffff there, plus or minus their header's length; no clip that is taken is as long.
 */
export const LOWEST_PLACEHOLDER_BYTES = 1_000_000_000;

/** One chunk: its bytes begin at `start`; `declaredBytes` is what its header says, which may be more than there is. */
export interface Chunk {
  readonly id: string;
  readonly start: number;
  readonly declaredBytes: number;
}

/** True if four characters may name a chunk. */
export function isChunkName(characters: string): boolean {
  return /^[\x20-\x7e]{4}$/.test(characters);
}

/** Takes a chunk's header, so that its bytes come next; null where no whole header is left. */
export async function readChunkHeader(
  source: ByteSource,
  littleEndian: boolean,
): Promise<Chunk | null> {
  const header = await source.read(CHUNK_HEADER_BYTES);
  if (header.length < CHUNK_HEADER_BYTES) return null;
  return {
    id: fourCharacters(header),
    start: source.position,
    declaredBytes: viewOf(header).getUint32(NAME_BYTES, littleEndian),
  };
}

/** Passes over what is left of a chunk, to the header after it: odd sizes are followed by a pad byte, which some programs forget. */
export async function skipChunk(source: ByteSource, chunk: Chunk): Promise<void> {
  await source.skip(chunk.start + chunk.declaredBytes - source.position);
  if (chunk.declaredBytes % 2 === 1 && !(await isAtUnpaddedName(source))) await source.skip(1);
}

/** Names begin with a letter, pad bytes are 0. */
async function isAtUnpaddedName(source: ByteSource): Promise<boolean> {
  return /^[A-Za-z][\x20-\x7e]{3}$/.test(fourCharacters(await source.peek(NAME_BYTES)));
}
