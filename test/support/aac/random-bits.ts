/** Bits of random fields, the same for a seed. */
import type { PrefixCode } from "../../../src/audio/codecs/aac/bitstream/prefix-code.ts";

/** A writer of fields that are drawn as they are written. */
export interface RandomBits {
  /** A whole number, both bounds included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  put(value: number, bits: number): void;
  /** A codeword. */
  putSymbol(code: PrefixCode, symbol: number): void;
  /** What was written since the last call, as zeros and ones. */
  take(): string;
}

/** Draws by the generator mulberry32. */
export function randomBits(seed: number): RandomBits {
  let state = seed;
  let written = "";
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const put = (value: number, bits: number) => {
    if (bits > 0) written += value.toString(2).padStart(bits, "0");
  };
  return {
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    put,
    putSymbol({ symbols, codewords, lengths }, symbol) {
      const index = symbols.indexOf(symbol);
      const bits = lengths[index] as number;
      put((codewords[index] as number) / 2 ** (32 - bits), bits);
    },
    take() {
      const taken = written;
      written = "";
      return taken;
    },
  };
}
