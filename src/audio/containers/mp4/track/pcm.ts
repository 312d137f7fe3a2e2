/** QuickTime's and MP4's names for PCM → sample layouts. */
import type { PcmCodec } from "../../../pcm/layout.ts";
import type { SoundDescription } from "./description.ts";

const FLOAT = 1;
const BIG_ENDIAN = 2;
const SIGNED = 4;

/** The layout of a track's samples, or null if they are not PCM that is read. */
export function pcmCodecOf(description: SoundDescription): PcmCodec | null {
  const { format, bitsPerSample, lpcmFlags } = description;
  /** QuickTime's note that what is big-endian by name is not. */
  const isSwapped = (description.box("enda")?.[1] ?? 0) === 1;
  switch (format) {
    case "sowt":
      return integer(bitsPerSample || 16, true, true);
    case "twos":
      return integer(bitsPerSample || 16, isSwapped, true);
    case "in24":
      return integer(24, isSwapped, true);
    case "in32":
      return integer(32, isSwapped, true);
    case "fl32":
      return float(32, isSwapped);
    case "fl64":
      return float(64, isSwapped);
    case "raw ":
    case "NONE":
      return integer(bitsPerSample || 8, false, bitsPerSample > 8);
    case "ulaw":
      return "pcm_mulaw";
    case "alaw":
      return "pcm_alaw";
    case "lpcm": {
      const isLittle = (lpcmFlags & BIG_ENDIAN) === 0;
      return lpcmFlags & FLOAT
        ? float(bitsPerSample, isLittle)
        : integer(bitsPerSample, isLittle, (lpcmFlags & SIGNED) !== 0);
    }
    case "ipcm":
    case "fpcm": {
      const [, , , , flags = 0, bits = 0] = description.box("pcmC") ?? [];
      const isLittle = (flags & 1) === 1;
      return format === "fpcm" ? float(bits, isLittle) : integer(bits, isLittle, true);
    }
    default:
      return null;
  }
}

function integer(bits: number, isLittle: boolean, isSigned: boolean): PcmCodec | null {
  if (bits === 8) return isSigned ? "pcm_s8" : "pcm_u8";
  if (!isSigned) return null;
  if (bits === 16) return isLittle ? "pcm_s16le" : "pcm_s16be";
  if (bits === 24) return isLittle ? "pcm_s24le" : "pcm_s24be";
  if (bits === 32) return isLittle ? "pcm_s32le" : "pcm_s32be";
  return null;
}

function float(bits: number, isLittle: boolean): PcmCodec | null {
  if (bits === 32) return isLittle ? "pcm_f32le" : "pcm_f32be";
  if (bits === 64) return isLittle ? "pcm_f64le" : "pcm_f64be";
  return null;
}
