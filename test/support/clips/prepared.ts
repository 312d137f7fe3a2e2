/** Prepares clips for tests: bytes in, 16 kHz samples out. */
import { type ClipLimits, type ClipSelection, WHOLE_CLIP } from "../../../src/audio/clip.ts";
import { type PreparedClip, prepareClip } from "../../../src/audio/prepare.ts";
import { UndertoneError } from "../../../src/errors.ts";
import { CODECS, inPieces } from "../../../support/decoding/decode-all.ts";

export interface Preparing {
  readonly selection?: Partial<ClipSelection>;
  readonly limits?: Partial<ClipLimits>;
  /** Sizes of the pieces that the bytes arrive in, over and over. */
  readonly pieces?: readonly number[];
}

const LIMITS: ClipLimits = { maxClipSeconds: 60, maxDecodedSeconds: 300 };

/** Prepares a whole clip, unless a part is asked for, of at most a minute. */
export function prepare(
  bytes: Uint8Array,
  { selection, limits, pieces = [] }: Preparing = {},
): Promise<PreparedClip> {
  return prepareClip(inPieces(bytes, pieces), {
    selection: { ...WHOLE_CLIP, ...selection },
    limits: { ...LIMITS, ...limits },
    codecs: CODECS,
  });
}

/** What preparing refuses with. */
export async function refusalOfPreparing(
  bytes: Uint8Array,
  preparing: Preparing = {},
): Promise<UndertoneError> {
  const outcome = await prepare(bytes, preparing).catch((error) => error);
  if (outcome instanceof UndertoneError) return outcome;
  throw outcome instanceof Error ? outcome : new Error("nothing was refused");
}
