/** Cyclic redundancy checks whose bits go in and out high to low, as FLAC and Ogg use them: none is inverted or reflected. */

/** Continues a check over `bytes[from]` up to `bytes[to]`. */
export type Crc = (bytes: Uint8Array, from: number, to: number, before?: number) => number;

/** The check of a polynomial of 8, 16 or 32 bits, of which the highest power goes without saying. */
export function crcOf(bits: 8 | 16 | 32, polynomial: number): Crc {
  const table = crcTable(bits, polynomial);
  const shift = bits - 8;
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  return (bytes, from, to, before = 0) => {
    let check = before | 0;
    for (let at = from; at < to; at++) {
      const index = ((check >>> shift) ^ (bytes[at] as number)) & 0xff;
      check = ((check << 8) & mask) ^ (table[index] as number);
    }
    return check >>> 0;
  };
}

/** The contribution of each byte. */
export function crcTable(bits: 8 | 16 | 32, polynomial: number): Int32Array {
  const top = bits - 1;
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let check = byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) {
      const carries = (check >>> top) & 1;
      check = ((check << 1) ^ (carries ? polynomial : 0)) & mask;
    }
    return check;
  });
}
