/** What a clip is before and after decoding. */

/** A clip as it was received. */
export interface ClipInfo {
  readonly container: string;
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Bits per stored sample, where that means something. */
  readonly bitsPerSample: number | null;
  readonly seconds: number;
}

/** Decoded samples, one array per channel, full scale ±1. */
export interface DecodedClip {
  readonly info: ClipInfo;
  readonly channels: readonly Float32Array[];
}

/** Bounds on a clip, checked before work is done. */
export interface ClipLimits {
  readonly maxClipSeconds: number;
}
