/** The set-up data of AAC in a container: AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
import { UndertoneError } from "../../../../errors.ts";
import { damaged } from "../../../faults.ts";
import { type BitReader, bitReader, bitsAt, isOver, readBits } from "../../bits.ts";
import { rateIndexOf, SAMPLE_RATES_HZ } from "../bands.ts";
import { readProgramConfig } from "./program-config.ts";

/** Set-up data of a stream. */
export interface AacConfig {
  /** Of the core: 1 is Main, 2 is LC, 4 is LTP. */
  readonly objectType: number;
  /** Of the core, which spectral band replication doubles. */
  readonly sampleRateHz: number;
  readonly rateIndex: number;
  /** Samples of the core to a frame: 1024 or 960. */
  readonly frameSamples: number;
  /** True if frames carry spectral band replication; null where only they tell. */
  readonly hasSbr: boolean | null;
  /** Of what spectral band replication makes; null where only frames tell of it. */
  readonly extendedRateHz: number | null;
  /** True if frames carry parametric stereo; null where only they tell. */
  readonly hasStereo: boolean | null;
}

export const MAIN = 1;
const LOW_COMPLEXITY = 2;
export const LONG_TERM_PREDICTION = 4;
const SBR = 5;
const PARAMETRIC_STEREO = 29;
const ESCAPED = 31;
const SBR_SYNC = 0x2b7;
const STEREO_SYNC = 0x548;
const OWN_RATE = 15;

/** Kinds of MPEG-4 audio that share AAC's set-up data and are not read, by audio object type (table 1.17). */
const UNREAD: Readonly<Record<number, string>> = {
  3: "AAC with a scalable sample rate",
  6: "scalable AAC",
  7: "TwinVQ",
  8: "CELP",
  9: "HVXC",
  17: "error-resilient AAC",
  19: "error-resilient AAC",
  20: "scalable AAC",
  22: "AAC with bit-sliced coding",
  23: "AAC-LD",
  24: "CELP",
  25: "HVXC",
  32: "MPEG layer I",
  33: "MPEG layer II",
  34: "MP3",
  36: "MPEG-4 ALS",
  39: "AAC-ELD",
  42: "xHE-AAC (USAC)",
};

/**
 * Reads set-up data.
 * @throws UndertoneError `unsupported-codec` naming a kind of MPEG-4 audio that is not read, `clip-damaged` if it makes no
 *   sense.
 */
export function readAudioSpecificConfig(bytes: Uint8Array): AacConfig {
  const reader = bitReader(bytes);
  const declared = readObjectType(reader);
  const sampleRateHz = readRateHz(reader);
  const channelConfiguration = readBits(reader, 4);
  const isExtended = declared === SBR || declared === PARAMETRIC_STEREO;
  const declaredRateHz = isExtended ? readRateHz(reader) : null;
  const objectType = isExtended ? readObjectType(reader) : declared;
  requireRead(objectType);
  const isShorter = readBits(reader, 1) === 1;
  const dependsOnCore = readBits(reader, 1) === 1;
  reader.position += dependsOnCore ? 15 : 1;
  if (channelConfiguration === 0) readProgramConfig(reader);
  if (isOver(reader)) throw senseless();
  return {
    objectType,
    sampleRateHz,
    rateIndex: rateIndexOf(sampleRateHz),
    frameSamples: isShorter ? 960 : 1024,
    ...(declaredRateHz === null
      ? readAppended(reader, sampleRateHz)
      : {
          hasSbr: true,
          extendedRateHz: declaredRateHz,
          hasStereo: declared === PARAMETRIC_STEREO ? true : null,
        }),
  };
}

type Extension = Pick<AacConfig, "hasSbr" | "extendedRateHz" | "hasStereo">;
const UNKNOWN: Extension = { hasSbr: null, extendedRateHz: null, hasStereo: null };
const SHORTEST_EXTENSION_BITS = 17;

/** The extension that is appended for decoders that know it (§1.6.6.2). */
function readAppended(reader: BitReader, sampleRateHz: number): Extension {
  for (; reader.position + SHORTEST_EXTENSION_BITS <= reader.lengthBits; reader.position++) {
    if (bitsAt(reader.bytes, reader.position) >>> 21 !== SBR_SYNC) continue;
    reader.position += 11;
    if (readObjectType(reader) !== SBR) return UNKNOWN;
    if (readBits(reader, 1) === 0) return { hasSbr: false, extendedRateHz: null, hasStereo: false };
    const extendedRateHz = readRateHz(reader);
    const isTold =
      reader.position + 12 <= reader.lengthBits && readBits(reader, 11) === STEREO_SYNC;
    const hasStereo = isTold ? readBits(reader, 1) === 1 : null;
    // Encoders that name the core's rate twice say nothing.
    return extendedRateHz === sampleRateHz ? UNKNOWN : { hasSbr: true, extendedRateHz, hasStereo };
  }
  return UNKNOWN;
}

function readObjectType(reader: BitReader): number {
  const type = readBits(reader, 5);
  return type === ESCAPED ? 32 + readBits(reader, 6) : type;
}

function readRateHz(reader: BitReader): number {
  const index = readBits(reader, 4);
  const rateHz = index === OWN_RATE ? readBits(reader, 24) : SAMPLE_RATES_HZ[index];
  if (!rateHz) throw senseless();
  return rateHz;
}

function requireRead(objectType: number): void {
  if ([MAIN, LOW_COMPLEXITY, LONG_TERM_PREDICTION].includes(objectType)) return;
  const name = UNREAD[objectType];
  if (name === undefined) throw senseless();
  throw new UndertoneError(
    "unsupported-codec",
    `The file's sound is ${name}, which is not read; convert it, for example with: ffmpeg -i in -vn -c:a pcm_s16le out.wav`,
    { codec: name },
  );
}

function senseless(): UndertoneError {
  return damaged("its AAC configuration makes no sense");
}
