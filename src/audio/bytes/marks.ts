/** Texts that stand at fixed places of a file and tell what it is. */

/** Latin-1 text that stands at a place of a file. */
export type Mark = readonly [offset: number, text: string];

/** True if all of these stand in the bytes. */
export function hasMarks(bytes: Uint8Array, marks: readonly Mark[]): boolean {
  return marks.every(
    ([offset, text]) => latin1(bytes.subarray(offset, offset + text.length)) === text,
  );
}

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Four bytes as text, one character for each byte. */
export function fourCharacters(bytes: Uint8Array, offset = 0): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}
