/** One parameter of parametric stereo, coded as differences (ISO/IEC 14496-3, tables 8.11 to 8.13). */
import { type BitReader, readBits } from "../../bits.ts";
import { readSymbol } from "../bitstream/prefix-code.ts";
import { OVERALL_PHASE, type ParameterCodes, PHASE } from "./parameter-codes.ts";

/** A value for each band of each envelope. */
export interface Parameter {
  readonly bandCount: number;
  readonly envelopes: readonly Int8Array[];
}

const MOST_BANDS = 34;

/** The coding of a parameter. */
export interface ParameterCoding {
  readonly isThere: boolean;
  readonly bandCount: number;
  readonly codes: ParameterCodes;
  /** Null if values are angles of eight to a turn. */
  readonly range: readonly [least: number, most: number] | null;
  readonly before: Parameter | undefined;
}

/**
 * Reads a parameter of so many envelopes.
 * @returns null if a value cannot be.
 */
export function readParameter(
  reader: BitReader,
  count: number,
  coding: ParameterCoding,
): Parameter | null {
  const { isThere, bandCount, codes, range, before } = coding;
  const envelopes: Int8Array[] = [];
  let last = before?.envelopes.at(-1) ?? new Int8Array(MOST_BANDS);
  for (let envelope = 0; envelope < count; envelope++) {
    const values = new Int8Array(MOST_BANDS);
    const isInTime = isThere && readBits(reader, 1) === 1;
    for (let band = 0; isThere && band < bandCount; band++) {
      const difference =
        readSymbol(reader, isInTime ? codes.inTime : codes.inFrequency) - codes.zero;
      const base = isInTime ? last[band] : band === 0 ? 0 : values[band - 1];
      const value = (base as number) + difference;
      if (range !== null && (value < range[0] || value > range[1])) return null;
      values[band] = range === null ? value & 7 : value;
    }
    envelopes.push(values);
    last = values;
  }
  // A frame without envelopes goes on with the last one.
  if (count === 0) envelopes.push(isThere ? last : new Int8Array(MOST_BANDS));
  return { bandCount, envelopes };
}

/** The phase between the channels, and that of both. */
export type Phases = readonly [between: Parameter, overall: Parameter];

/** Reads phases: for each envelope the one and the other, in turn. */
export function readPhases(
  reader: BitReader,
  count: number,
  bandCount: number,
  before: Phases | null,
): Phases {
  const coding = { isThere: true, bandCount, range: null };
  const phases: [Int8Array[], Int8Array[]] = [[], []];
  let phase = before?.[0];
  let overall = before?.[1];
  for (let envelope = 0; envelope < Math.max(count, 1); envelope++) {
    const each = Math.min(count, 1);
    phase = readParameter(reader, each, { ...coding, codes: PHASE, before: phase }) ?? undefined;
    overall =
      readParameter(reader, each, { ...coding, codes: OVERALL_PHASE, before: overall }) ??
      undefined;
    phases[0].push(phase?.envelopes[0] as Int8Array);
    phases[1].push(overall?.envelopes[0] as Int8Array);
  }
  return [
    { bandCount, envelopes: phases[0] },
    { bandCount, envelopes: phases[1] },
  ];
}
