/** The length of a clip by its header alone, for whoever has to say before decoding whether it is too long. */
import { UndertoneError } from "../../errors.ts";
import { byteSource } from "../bytes/source.ts";
import { createClipPart } from "../clip/part.ts";
import type { ClipLimits, ClipSelection } from "../clip.ts";
import { skipTags } from "../containers/streams/tags.ts";
import { findFormat, SIGNATURE_BYTES } from "../formats.ts";
import { createDecodeBudget } from "./budget.ts";

/** A header that is not within the first bytes of a file is not looked for. */
export const HEADER_BYTES = 2 ** 20;
const RULER_HZ = 1_000_000;

/** A file, of which only the first bytes have to be there. */
export interface FileStart {
  readonly start: Uint8Array;
  /** The number of all its bytes. */
  readonly bytes: number;
}

/**
 * The seconds that a file's header promises and its size does not contradict; null if it promises nothing or cannot be read.
 * Nothing is decoded, and no more than the first MiB is looked at.
 * @param track which of the file's audio tracks, from 0; the first that can be read if left out
 */
export async function declaredSeconds(file: FileStart, track?: number): Promise<number | null> {
  const start = byteSource([file.start.subarray(0, HEADER_BYTES)], createDecodeBudget());
  try {
    const source = await skipTags(start);
    const tagBytes = start.position;
    const format = findFormat(await source.peek(SIGNATURE_BYTES));
    return (await format?.readSeconds?.(source, file.bytes - tagBytes, track)) ?? null;
  } catch (error) {
    if (error instanceof UndertoneError) return null;
    throw error;
  }
}

/**
 * Refuses a file whose header promises more than is taken of it.
 * @throws UndertoneError `clip-too-long`, as decoding it would.
 */
export async function requireDeclaredFits(
  file: FileStart,
  selection: ClipSelection,
  limits: ClipLimits,
): Promise<void> {
  const seconds = await declaredSeconds(file, selection.track);
  if (seconds !== null) {
    createClipPart(RULER_HZ, selection, limits).take(Math.floor(seconds * RULER_HZ));
  }
}
