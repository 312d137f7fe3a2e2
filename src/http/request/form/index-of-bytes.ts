/** Finds bytes among bytes. */

/**
 * Where `wanted`, which is not empty, first begins in `bytes`; -1 if nowhere. Linear where the first byte of `wanted` does
 * not come again in it, as that of a delimiter of a form does not: no byte is then compared more than twice.
 */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array): number {
  const first = wanted[0] as number;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let matching = 1;
    while (matching < wanted.length && bytes[at + matching] === wanted[matching]) matching++;
    if (matching === wanted.length) return at;
  }
  return -1;
}
