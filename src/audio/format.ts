/** The contract of clip formats. */
import type { ByteSource } from "./bytes/source.ts";
import type { ClipDecoder } from "./decoder.ts";
import type { Signature } from "./detect/signatures.ts";

/**
 * Reads the seconds that a header promises; null if it does not tell.
 * @param fileBytes of the file, from where `source` begins
 * @param track which of the file's audio tracks, from 0; the first that can be read if left out
 */
export type ReadSeconds = (
  source: ByteSource,
  fileBytes: number,
  track: number | undefined,
) => Promise<number | null>;

/** Audio or video files of one kind. */
export interface ClipFormat {
  /** Such as `wav`. */
  readonly id: string;
  /** In a sentence. */
  readonly name: string;
  /** Accepts the first `SIGNATURE_BYTES` of such files. */
  readonly matches: Signature;
  /** Left out of formats that are recognised and not read. */
  readonly decode?: ClipDecoder;
  /** Left out where no header says how long the clip is. */
  readonly readSeconds?: ReadSeconds;
  /** True for containers that may have several audio tracks. */
  readonly hasTracks?: boolean;
  /** True for streams of frames, whose sync is so short that other bytes may look like it. */
  readonly isFramed?: boolean;
  /** Advice for a file that is not read; to convert it with ffmpeg if left out. */
  readonly advice?: string;
}
