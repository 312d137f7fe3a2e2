/** Writes fields of bits, high bit first, as codecs' streams have them. */

/** Fields written one after another. */
export interface BitWriter {
  /** Adds the lowest `bits` of a whole number, negative ones in two's complement. */
  put(value: number | bigint, bits: number): BitWriter;
  /** Fills the last byte with zeros. */
  align(): BitWriter;
  bytes(): Uint8Array<ArrayBuffer>;
}

/** Starts with nothing, or with bytes that are there. */
export function bitWriter(start: Uint8Array = new Uint8Array()): BitWriter {
  let bits = [...start].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const writer: BitWriter = {
    put(value, count) {
      bits += BigInt.asUintN(count, BigInt(value)).toString(2).padStart(count, "0");
      return writer;
    },
    align() {
      bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
      return writer;
    },
    bytes: () => Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2)),
  };
  return writer;
}
