/** Scale factors of spectral band replication → energies (ISO/IEC 14496-3 §4.6.18.3.5). */

import type { SbrData } from "../bitstream/payload.ts";
import type { Levels } from "../bitstream/scale-factors.ts";
import type { Energies } from "./gains.ts";

const NOISE_OFFSET = 6;
const ENVELOPE_OFFSET = 6;
/** The balance of equal channels in steps of 3 dB. */
const EQUAL = 12;

/** The energies of each channel. */
export function energiesOf({ channels, isCoupled }: SbrData): Energies[] {
  const [first, second] = channels;
  if (!isCoupled || first === undefined || second === undefined) {
    return channels.map(({ grid, envelopes, noiseFloors }) => {
      const step = grid.isCoarse ? 1 : 2;
      return {
        envelopes: mapped(envelopes, (value) => 2 ** (value / step + ENVELOPE_OFFSET)),
        noiseFloors: mapped(noiseFloors, (value) => 2 ** (NOISE_OFFSET - value)),
      };
    });
  }
  const step = first.grid.isCoarse ? 1 : 2;
  const sum = mapped(first.envelopes, (value) => 2 ** (value / step + ENVELOPE_OFFSET + 1));
  const ratio = mapped(second.envelopes, (value) => 2 ** (EQUAL - value / step));
  const noiseSum = mapped(first.noiseFloors, (value) => 2 ** (NOISE_OFFSET - value + 1));
  const noiseRatio = mapped(second.noiseFloors, (value) => 2 ** (EQUAL - value));
  const left = { envelopes: shared(sum, ratio), noiseFloors: shared(noiseSum, noiseRatio) };
  const right = {
    envelopes: multiplied(left.envelopes, ratio),
    noiseFloors: multiplied(left.noiseFloors, noiseRatio),
  };
  return [left, right];
}

function mapped(levels: readonly Levels[], energy: (value: number) => number): Float64Array[] {
  return levels.map(({ values }) => Float64Array.from(values, energy));
}

/** The share of a sum for the channel that has 1 part of 1 + ratio. */
function shared(sums: readonly Float64Array[], ratios: readonly Float64Array[]): Float64Array[] {
  return sums.map((sum, index) =>
    sum.map((value, band) => value / (1 + (ratios[index]?.[band] as number))),
  );
}

function multiplied(one: readonly Float64Array[], by: readonly Float64Array[]): Float64Array[] {
  return one.map((values, index) =>
    values.map((value, band) => value * (by[index]?.[band] as number)),
  );
}
