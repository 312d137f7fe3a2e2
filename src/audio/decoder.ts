/** The contract of decoders: a clip's bytes in as they arrive, blocks of samples out. */

import type { AudioBlock } from "./block.ts";
import type { DecodeBudget } from "./budget/budget.ts";
import type { ByteSource } from "./bytes/source.ts";
import type { CodecModules } from "./codecs/wasm/modules.ts";

/** The description of a clip by its headers, or of a part that follows in another format. */
export interface ClipDescription {
  /** Such as `wav`, `ogg`, `mp4`. */
  readonly container: string;
  /** Such as `pcm_s16le`, `opus`, `aac`; ffmpeg's names. */
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Bits per stored sample, where that means something. */
  readonly bitsPerSample: number | null;
  /** Which of the file's audio tracks it is, from 0; left out of files that have one. */
  readonly track?: number | undefined;
}

/**
 * What a decoder may notice without giving the clip up: `part-skipped`, a part that cannot be decoded was left out;
 * `part-missing`, by its page or packet numbers something is missing; `second-clip`, another file follows that is not
 * decoded.
 */
export type DecoderFinding = "part-skipped" | "part-missing" | "second-clip";

/** The context of a decoder. */
export interface DecodeContext {
  /**
   * Says what the blocks are that follow: before the first one, and again wherever the codec, the rate or the channels
   * change, as from link to link of a chained Ogg file.
   * @throws UndertoneError `channels-unsupported`, `sample-rate-unsupported`.
   */
  describe(description: ClipDescription): void;
  /** Says that the file breaks off or is damaged from here on, after at least one block came out of it. */
  damaged(): void;
  /** Says what is odd at this place of the clip; decoding goes on. It may be called any number of times. */
  notice(finding: DecoderFinding): void;
  /** The WASM of vendored codecs. */
  readonly codecs: CodecModules;
  /** Which of the file's audio tracks is wanted, from 0; the first that can be read if left out. */
  readonly track?: number | undefined;
  /** The budget of the clip; the source's steps are counted in it too. */
  readonly budget: DecodeBudget;
}

/**
 * Decodes one file. Whoever stops early calls `return()`, upon which the decoder frees what it holds; it decodes no further
 * than it was asked for, and holds the undecoded file only where the container forces it to.
 * @throws UndertoneError `clip-truncated` or `clip-damaged` if nothing can be decoded, `unsupported-codec`,
 *   `no-audio-track`, `track-out-of-range`, `clip-header-inconsistent`; `clip-too-costly` anywhere, which no decoder
 *   catches.
 */
export type ClipDecoder = (
  source: ByteSource,
  context: DecodeContext,
) => AsyncGenerator<AudioBlock>;
