/** The header of spectral band replication (ISO/IEC 14496-3 §4.4.2.8, table 4.63), which frames carry now and then. */
import { type BitReader, readBits } from "../../../bits.ts";

/** The settings of the frequency bands; a change of them restarts the replication. */
export interface BandSettings {
  readonly startCode: number;
  readonly stopCode: number;
  readonly crossoverBand: number;
  /** 0 is linear; 1 to 3 are 12, 10 and 8 bands to an octave. */
  readonly scale: number;
  readonly isAltered: boolean;
  /** Noise bands to an octave. */
  readonly noiseBands: number;
}

/** One header. */
export interface SbrHeader {
  /** Envelopes come in steps of 3 dB instead of 1.5. */
  readonly isCoarse: boolean;
  readonly bands: BandSettings;
  /** 0 is a single band; 1 to 3 are 1.2, 2 and 3 to an octave. */
  readonly limiterBands: number;
  readonly limiterGain: number;
  readonly isInterpolated: boolean;
  readonly isSmooth: boolean;
}

/** Reads sbr_header. */
export function readSbrHeader(reader: BitReader): SbrHeader {
  const isCoarse = readBits(reader, 1) === 1;
  const startCode = readBits(reader, 4);
  const stopCode = readBits(reader, 4);
  const crossoverBand = readBits(reader, 3);
  reader.position += 2;
  const tellsScale = readBits(reader, 1) === 1;
  const tellsLimits = readBits(reader, 1) === 1;
  const scale = tellsScale ? readBits(reader, 2) : 2;
  const isAltered = tellsScale ? readBits(reader, 1) === 1 : true;
  const noiseBands = tellsScale ? readBits(reader, 2) : 2;
  return {
    isCoarse,
    bands: { startCode, stopCode, crossoverBand, scale, isAltered, noiseBands },
    limiterBands: tellsLimits ? readBits(reader, 2) : 2,
    limiterGain: tellsLimits ? readBits(reader, 2) : 2,
    isInterpolated: tellsLimits ? readBits(reader, 1) === 1 : true,
    isSmooth: tellsLimits ? readBits(reader, 1) === 0 : false,
  };
}

/** True if two headers ask for the same bands. */
export function sameBands(one: BandSettings, other: BandSettings): boolean {
  return (Object.keys(one) as (keyof BandSettings)[]).every((key) => one[key] === other[key]);
}
