/**
 * The data of parametric stereo in frames: ps_data (ISO/IEC 14496-3 §8.4.2, tables 8.8 to 8.13). Long because header,
 * envelopes and extension are one syntax.
 */
import { type BitReader, isOver, readBits } from "../../bits.ts";
import { type Parameter, type Phases, readParameter, readPhases } from "./parameter.ts";
import { COHERENCE, FINE_INTENSITY, INTENSITY } from "./parameter-codes.ts";

/** The parameters of a frame. */
export interface StereoParameters {
  /** The last time of each envelope, counted from 0; before the first one is -1. */
  readonly borders: readonly number[];
  /** Differences of intensity come in finer steps. */
  readonly isFine: boolean;
  /** Of how many parameters the bands are; of 20 or 34. */
  readonly layout: 20 | 34;
  /** Mixing that keeps the phase of the sum, of the two that there are. */
  readonly isPhaseMix: boolean;
  readonly intensity: Parameter;
  readonly coherence: Parameter;
  /** Null if there are no phases. */
  readonly phases: Phases | null;
}

/** The settings of a header, until the next one. */
interface StereoHeader {
  readonly hasIntensity: boolean;
  readonly intensityMode: number;
  readonly hasCoherence: boolean;
  readonly coherenceMode: number;
  readonly hasExtension: boolean;
}

const BANDS = [10, 20, 34, 10, 20, 34];
const PHASE_BANDS = [5, 11, 17, 5, 11, 17];
const FIRST_FINE_MODE = 3;
const HIGHEST_MODE = 5;
const HIGHEST_COHERENCE = 7;
/** Of frames whose envelopes are of one length, and of others. */
const ENVELOPE_COUNTS = [
  [0, 1, 2, 4],
  [1, 2, 3, 4],
];

/** A reader of one element's parameters. */
export interface ParameterReader {
  /** Reads a frame's; after what makes no sense there is no stereo until the next header. */
  read(reader: BitReader, bits: number): void;
  /** Those of the frame, or of the last one that had any; null where there was no header. */
  readonly current: StereoParameters | null;
}

/** A reader at its start; `times` are those of a frame. */
export function parameterReader(times: number): ParameterReader {
  let header: StereoHeader | null = null;
  let current: StereoParameters | null = null;
  return {
    get current() {
      return current;
    },
    read(reader, bits) {
      const end = reader.position + bits;
      if (readBits(reader, 1) === 1) header = readHeader(reader);
      current = header === null ? null : readParameters(reader, header, current, times);
      if (current === null || reader.position > end || isOver(reader)) {
        header = null;
        current = null;
        reader.position = end;
      }
    },
  };
}

function readHeader(reader: BitReader): StereoHeader | null {
  const hasIntensity = readBits(reader, 1) === 1;
  const intensityMode = hasIntensity ? readBits(reader, 3) : 0;
  const hasCoherence = readBits(reader, 1) === 1;
  const coherenceMode = hasCoherence ? readBits(reader, 3) : 0;
  const hasExtension = readBits(reader, 1) === 1;
  if (intensityMode > HIGHEST_MODE || coherenceMode > HIGHEST_MODE) return null;
  return { hasIntensity, intensityMode, hasCoherence, coherenceMode, hasExtension };
}

function readParameters(
  reader: BitReader,
  header: StereoHeader,
  before: StereoParameters | null,
  times: number,
): StereoParameters | null {
  const kind = readBits(reader, 1);
  const count = ENVELOPE_COUNTS[kind]?.[readBits(reader, 2)] as number;
  const borders = kind === 1 ? readBorders(reader, count) : evenBorders(count, times);
  if (borders === null) return null;
  const isFine = header.intensityMode >= FIRST_FINE_MODE;
  const intensity = readParameter(reader, count, {
    isThere: header.hasIntensity,
    bandCount: BANDS[header.intensityMode] as number,
    codes: isFine ? FINE_INTENSITY : INTENSITY,
    range: isFine ? [-15, 15] : [-7, 7],
    before: before?.isFine === isFine ? before.intensity : undefined,
  });
  const coherence = readParameter(reader, count, {
    isThere: header.hasCoherence,
    bandCount: BANDS[header.coherenceMode] as number,
    codes: COHERENCE,
    range: [0, HIGHEST_COHERENCE],
    before: before?.coherence,
  });
  const phases = header.hasExtension ? readExtension(reader, count, header, before) : null;
  if (intensity === null || coherence === null) return null;
  const isPhaseMix = header.coherenceMode >= FIRST_FINE_MODE;
  const layout = layoutOf(header, before);
  return completed({ borders, isFine, layout, isPhaseMix, intensity, coherence, phases }, times);
}

/** A frame without parameters keeps what the one before had. */
function layoutOf(
  { hasIntensity, intensityMode, hasCoherence, coherenceMode }: StereoHeader,
  before: StereoParameters | null,
): 20 | 34 {
  if (!hasIntensity && !hasCoherence) return before?.layout ?? 20;
  const most = Math.max(
    hasIntensity ? (BANDS[intensityMode] as number) : 0,
    hasCoherence ? (BANDS[coherenceMode] as number) : 0,
  );
  return most === 34 ? 34 : 20;
}

function readBorders(reader: BitReader, count: number): number[] | null {
  const borders = Array.from({ length: count }, () => readBits(reader, 5));
  const isRising = borders.every(
    (border, index) => index === 0 || border >= (borders[index - 1] as number),
  );
  return isRising ? borders : null;
}

function evenBorders(count: number, times: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(((index + 1) * times) / count) - 1);
}

/** Reads what may stand behind the parameters; only phases are known. */
function readExtension(
  reader: BitReader,
  count: number,
  { intensityMode }: StereoHeader,
  before: StereoParameters | null,
): Phases | null {
  let bytes = readBits(reader, 4);
  if (bytes === 15) bytes += readBits(reader, 8);
  const end = reader.position + 8 * bytes;
  const isPhases = bytes > 0 && readBits(reader, 2) === 0 && readBits(reader, 1) === 1;
  const bandCount = PHASE_BANDS[intensityMode] as number;
  const phases = isPhases ? readPhases(reader, count, bandCount, before?.phases ?? null) : null;
  reader.position = end;
  return phases;
}

/** The last envelope is held up to the end of the frame. */
function completed(parameters: StereoParameters, times: number): StereoParameters {
  const { borders, intensity, coherence, phases } = parameters;
  if ((borders.at(-1) ?? -1) >= times - 1) return parameters;
  const isEmpty = borders.length === 0;
  const held = ({ bandCount, envelopes }: Parameter): Parameter => ({
    bandCount,
    envelopes: isEmpty ? envelopes : [...envelopes, envelopes.at(-1) as Int8Array],
  });
  return {
    ...parameters,
    borders: [...borders, times - 1],
    intensity: held(intensity),
    coherence: held(coherence),
    phases: phases === null ? null : [held(phases[0]), held(phases[1])],
  };
}
