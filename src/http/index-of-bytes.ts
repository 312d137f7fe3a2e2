/** Finds bytes among bytes. */

/** Where `wanted`, which is not empty, first begins in `bytes`; -1 if nowhere. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array): number {
  const first = wanted[0] as number;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}
