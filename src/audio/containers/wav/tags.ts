/** WAV format tags (RFC 2361 and mmreg.h) and the names of what they stand for. */

export const INTEGER_TAG = 0x0001;
export const FLOAT_TAG = 0x0003;
export const A_LAW_TAG = 0x0006;
export const MU_LAW_TAG = 0x0007;
export const EXTENSIBLE_TAG = 0xfffe;

const MPEG_LAYER_1_OR_2_TAG = 0x0050;
const MPEG_LAYER_3_TAG = 0x0055;

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x0002, "Microsoft ADPCM"],
  [A_LAW_TAG, "A-law"],
  [MU_LAW_TAG, "µ-law"],
  [0x0011, "IMA ADPCM"],
  [0x0022, "TrueSpeech"],
  [0x0031, "GSM 6.10"],
  [0x0045, "G.726 ADPCM"],
  [0x0064, "G.726 ADPCM"],
  [0x0065, "G.722 ADPCM"],
  [0x0092, "AC-3 over S/PDIF"],
  [0x00ff, "AAC"],
  [0x0160, "Windows Media Audio 1"],
  [0x0161, "Windows Media Audio 2"],
  [0x0162, "Windows Media Audio Professional"],
  [0x0163, "Windows Media Audio Lossless"],
  [0x1610, "HE-AAC"],
  [0x2000, "AC-3"],
  [0x2001, "DTS"],
  [0x566f, "Vorbis"],
  [0x674f, "Ogg Vorbis"],
  [0x704f, "Opus"],
  [0xf1ac, "FLAC"],
]);

/** True if samples of this tag are frames of MPEG audio. */
export function isMpegTag(tag: number): boolean {
  return tag === MPEG_LAYER_1_OR_2_TAG || tag === MPEG_LAYER_3_TAG;
}

/** The name of samples of this tag and size, in words. */
export function codecName(tag: number, bitsPerSample: number): string {
  if (tag === INTEGER_TAG) return `${bitsPerSample}-bit integer PCM`;
  if (tag === FLOAT_TAG) return `${bitsPerSample}-bit float PCM`;
  return NAMES.get(tag) ?? `codec 0x${tag.toString(16).padStart(4, "0")}`;
}
