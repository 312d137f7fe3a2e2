/** Reads a stream of known length into one buffer, without the second copy that collecting its pieces would take. */

/**
 * Reads `stream` to its end.
 * @returns its bytes, or null if they are not `byteLength` many
 */
export async function readStream(
  stream: ReadableStream<Uint8Array>,
  byteLength: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const reader = stream.getReader({ mode: "byob" });
  // One byte more than there should be, so that a longer stream is noticed and an empty view never asked for.
  let buffer = new ArrayBuffer(byteLength + 1);
  let filled = 0;
  while (filled <= byteLength) {
    const rest = new Uint8Array(buffer, filled);
    const { done, value } = await reader.read(rest, { min: rest.length });
    if (value === undefined) return null;
    buffer = value.buffer as ArrayBuffer;
    filled += value.byteLength;
    if (done) break;
  }
  return filled === byteLength ? new Uint8Array(buffer, 0, byteLength) : null;
}
