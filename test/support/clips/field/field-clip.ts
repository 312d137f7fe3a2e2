/** A clip as recorders, browsers and converters in the field make it: right in substance, odd in its bytes. */

/** One odd clip, made in memory, with what is right. */
export interface FieldClip {
  /** Unique, such as `wav: RIFF size 4 too small, 44.1 kHz stereo`. */
  readonly name: string;
  /** The file name's ending, without a dot. */
  readonly extension: string;
  make(): Promise<Uint8Array<ArrayBuffer>>;
  /** The same sound without anything odd, where every sample has to be the same. */
  clean?(): Promise<Uint8Array<ArrayBuffer>>;
  readonly container: string;
  readonly codec: string;
  /** The rate and channels of its first stream. */
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Seconds of sound by another decoder, or by how the clip was made. */
  readonly seconds: number;
  /** How far from `seconds` an answer may be; 0 where the length is exact. */
  readonly toleranceSeconds: number;
  /** How often the rate changes; what is before each change is rounded to whole samples at 16 kHz by itself. */
  readonly rateChanges?: number;
  /** The codes of all warnings of the answer, in order. */
  readonly warnings: readonly string[];
}
