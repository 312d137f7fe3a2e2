/** Bytes of fields, for files that tests write. */

/** Parts one after another. */
export function joined(
  ...parts: readonly (Uint8Array | readonly number[])[]
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

/** A big-endian unsigned integer of some bytes. */
export function unsigned(value: number, bytes: number): Uint8Array<ArrayBuffer> {
  const field = new DataView(new ArrayBuffer(8));
  field.setBigUint64(0, BigInt.asUintN(64, BigInt(value)));
  return new Uint8Array(field.buffer.slice(8 - bytes));
}

/** A big-endian float of eight bytes. */
export function float64(value: number): Uint8Array<ArrayBuffer> {
  const field = new DataView(new ArrayBuffer(8));
  field.setFloat64(0, value);
  return new Uint8Array(field.buffer);
}

/** A character a byte. */
export function text(characters: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** 16-bit samples, little-endian. */
export function int16s(samples: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int16Array.from(samples).buffer);
}
