/** The state of one channel in spectral band replication. */

import { type Levels, NO_LEVELS } from "./bitstream/scale-factors.ts";
import { type AssemblyState, assemblyState } from "./envelope/assemble.ts";
import { type Analysis, qmfAnalysis, type Subbands, subbands } from "./quadrature.ts";

/** The state that the next frame continues. */
export interface SbrChannel {
  readonly analysis: Analysis;
  readonly assembly: AssemblyState;
  /** The low band of the frame, behind the last times of the one before. */
  readonly low: Subbands;
  /** The high band before its loudness is set. */
  readonly generated: Subbands;
  /** The content of a frame. */
  readonly joined: Subbands;
  /** The high band, whose end may reach into the next frame. */
  high: Subbands;
  /** Room for the next one. */
  spare: Subbands;
  range: SubbandRange;
  /** The last border of the grid, in slots; how far `high` counts. */
  end: number;
  endsInTransient: boolean;
  envelope: Levels;
  noise: Levels;
  flatteningModes: readonly number[];
  flattening: readonly number[];
  sines: Uint8Array;
}

/** Which subbands are made. */
export interface SubbandRange {
  readonly start: number;
  readonly count: number;
}

/** By how many times the high band's making lags. */
export const GENERATION_DELAY = 8;
/** Nothing is made. */
export const ALL_LOW: SubbandRange = { start: 32, count: 0 };

/** A channel at its start, whose frames have so many times. */
export function sbrChannel(times: number): SbrChannel {
  const room = () => subbands(times + GENERATION_DELAY);
  return {
    analysis: qmfAnalysis(),
    assembly: assemblyState(),
    low: room(),
    generated: room(),
    joined: room(),
    high: room(),
    spare: room(),
    range: ALL_LOW,
    end: 0,
    endsInTransient: false,
    ...forgotten(),
  };
}

/** The state that is lost where replication stops. */
export function forgotten() {
  return {
    envelope: NO_LEVELS,
    noise: NO_LEVELS,
    flatteningModes: [],
    flattening: [],
    sines: new Uint8Array(),
  };
}
