/** Decoded samples, as decoders give them. */

/** Consecutive samples: an array for each channel described, all of one length, full scale ±1; the receiver's to keep. */
export interface AudioBlock {
  readonly channels: readonly Float32Array[];
}
