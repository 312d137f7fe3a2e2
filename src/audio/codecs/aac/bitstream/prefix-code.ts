/** Huffman codes as a list of symbols in the order of their codewords, which tells the codewords. */
import { type BitReader, bitsAt } from "../../bits.ts";

/** A code made ready for reading. */
export interface PrefixCode {
  /** By the next `SHORT_BITS` bits: the symbol and its length, or 0 where the codeword is longer. */
  readonly short: Uint16Array;
  /** Of every symbol, in the order of codewords: its codeword with zeros behind it up to 32 bits. */
  readonly codewords: Uint32Array;
  readonly symbols: Uint16Array;
  readonly lengths: Uint8Array;
}

const SHORT_BITS = 9;
const LENGTH_BITS = 5;

/**
 * Reads a code's text: symbols in the order of codewords, and "7:" before those whose codewords have 7 bits.
 * @throws Error if the codewords do not fill the code.
 */
export function prefixCode(text: string): PrefixCode {
  const symbols: number[] = [];
  const lengths: number[] = [];
  let length = 0;
  for (const word of text.trim().split(/\s+/)) {
    if (word.endsWith(":")) {
      length = Number.parseInt(word, 10);
      continue;
    }
    symbols.push(Number(word));
    lengths.push(length);
  }
  const codewords = new Uint32Array(symbols.length);
  const short = new Uint16Array(1 << SHORT_BITS);
  let codeword = 0;
  for (const [index, bits] of lengths.entries()) {
    codewords[index] = codeword;
    const next = codeword + 2 ** (32 - bits);
    if (bits <= SHORT_BITS) {
      const entry = ((symbols[index] as number) << LENGTH_BITS) | bits;
      short.fill(entry, codeword / 2 ** (32 - SHORT_BITS), next / 2 ** (32 - SHORT_BITS));
    }
    codeword = next;
  }
  if (codeword !== 2 ** 32) throw new Error("the codewords do not fill the code");
  return {
    short,
    codewords,
    symbols: Uint16Array.from(symbols),
    lengths: Uint8Array.from(lengths),
  };
}

/** Takes the next symbol. */
export function readSymbol(reader: BitReader, code: PrefixCode): number {
  const bits = bitsAt(reader.bytes, reader.position);
  const entry = code.short[bits >>> (32 - SHORT_BITS)] as number;
  if (entry !== 0) {
    reader.position += entry & ((1 << LENGTH_BITS) - 1);
    return entry >> LENGTH_BITS;
  }
  let low = 0;
  let high = code.codewords.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((code.codewords[middle] as number) <= bits) low = middle;
    else high = middle - 1;
  }
  reader.position += code.lengths[low] as number;
  return code.symbols[low] as number;
}
