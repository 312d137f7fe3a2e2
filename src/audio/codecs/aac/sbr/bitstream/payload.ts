/** The data of spectral band replication in a frame: sbr_data (ISO/IEC 14496-3 §4.4.2.8, tables 4.62 to 4.72). */
import { type BitReader, readBits } from "../../../bits.ts";
import type { SbrBands } from "../bands.ts";
import { type Grid, readGrid } from "./grid.ts";
import type { SbrHeader } from "./header.ts";
import { type Levels, readEnvelopes, readNoiseFloors } from "./scale-factors.ts";

/** One channel's part of a frame. */
export interface SbrChannelData {
  readonly grid: Grid;
  /** The degree to which each noise band's tones are flattened: 0 to 3. */
  readonly flattening: readonly number[];
  readonly envelopes: readonly Levels[];
  readonly noiseFloors: readonly Levels[];
  /** Of each band of high resolution: whether a sine is added; null if there is none. */
  readonly sines: readonly boolean[] | null;
}

/** An element's part of a frame. */
export interface SbrData {
  readonly channels: readonly SbrChannelData[];
  /** The second channel's levels are the balance between both. */
  readonly isCoupled: boolean;
}

/** The state that reading a frame depends on. */
export interface SbrReading {
  readonly header: SbrHeader;
  readonly bands: SbrBands;
  readonly slots: number;
  /** Of each channel: its last envelope and noise floor. */
  readonly before: readonly { readonly envelope: Levels; readonly noise: Levels }[];
}

/**
 * Reads the data of one channel or of a pair, up to where extensions may follow.
 * @returns null if it cannot be.
 */
export function readSbrData(reader: BitReader, reading: SbrReading): SbrData | null {
  const { header, slots, before } = reading;
  const channelCount = before.length;
  if (readBits(reader, 1) === 1) reader.position += 4 * channelCount;
  const isCoupled = channelCount === 2 && readBits(reader, 1) === 1;
  const grids: Grid[] = [];
  for (let channel = 0; channel < (isCoupled ? 1 : channelCount); channel++) {
    const grid = readGrid(reader, header.isCoarse, slots);
    if (grid === null) return null;
    grids.push(grid);
  }
  if (isCoupled) grids.push(grids[0] as Grid);
  const parts = readDirections(reader, grids, isCoupled, reading);
  const levels = readAllLevels(reader, parts, isCoupled);
  if (levels === null) return null;
  const channels = parts.map(({ grid, flattening }, index) => ({
    grid,
    flattening,
    ...(levels[index] as ChannelLevels),
    sines: readSines(reader, reading.bands),
  }));
  return { channels, isCoupled };
}

interface ChannelPart {
  readonly grid: Grid;
  readonly flattening: readonly number[];
  readonly envelope: Parameters<typeof readEnvelopes>[1];
  readonly noise: Parameters<typeof readNoiseFloors>[1];
}

interface ChannelLevels {
  readonly envelopes: readonly Levels[];
  readonly noiseFloors: readonly Levels[];
}

/** Which levels are coded against those before, and how tones are flattened. */
function readDirections(
  reader: BitReader,
  grids: readonly Grid[],
  isCoupled: boolean,
  { bands, before }: SbrReading,
): ChannelPart[] {
  const inTime = grids.map((grid) => ({
    envelope: readFlags(reader, grid.resolutions.length),
    noise: readFlags(reader, grid.noiseBorders.length - 1),
  }));
  let flattening: readonly number[] = [];
  return grids.map((grid, index) => {
    if (index === 0 || !isCoupled) flattening = readFlattening(reader, bands);
    const common = { grid, bands, isBalance: isCoupled && index === 1 };
    const { envelope, noise } = inTime[index] as (typeof inTime)[0];
    const last = before[index] as SbrReading["before"][0];
    return {
      grid,
      flattening,
      envelope: { ...common, isInTime: envelope, before: last.envelope },
      noise: { ...common, isInTime: noise, before: last.noise },
    };
  });
}

/** Coupled channels have both kinds of levels of the first channel first, others the envelopes of both. */
function readAllLevels(
  reader: BitReader,
  parts: readonly ChannelPart[],
  isCoupled: boolean,
): ChannelLevels[] | null {
  const envelopes: (Levels[] | null)[] = [];
  const noiseFloors: (Levels[] | null)[] = [];
  for (const { envelope, noise } of parts) {
    envelopes.push(readEnvelopes(reader, envelope));
    if (isCoupled) noiseFloors.push(readNoiseFloors(reader, noise));
    if (envelopes.at(-1) === null || noiseFloors.at(-1) === null) return null;
  }
  if (!isCoupled) for (const { noise } of parts) noiseFloors.push(readNoiseFloors(reader, noise));
  const levels: ChannelLevels[] = [];
  for (const [index, channel] of envelopes.entries()) {
    const floors = noiseFloors[index];
    if (channel === null || floors === null || floors === undefined) return null;
    levels.push({ envelopes: channel, noiseFloors: floors });
  }
  return levels;
}

function readFlattening(reader: BitReader, { noise }: SbrBands): number[] {
  return Array.from({ length: noise.length - 1 }, () => readBits(reader, 2));
}

function readSines(reader: BitReader, { envelope }: SbrBands): boolean[] | null {
  return readBits(reader, 1) === 1 ? readFlags(reader, envelope[1].length - 1) : null;
}

function readFlags(reader: BitReader, count: number): boolean[] {
  return Array.from({ length: count }, () => readBits(reader, 1) === 1);
}
