/** Reading byte streams to where their bytes are to lie. */

/**
 * Fills the first `byteLength` bytes of `buffer` with what comes next.
 * @returns the memory that they lie in from now on, and how many came: fewer at the end
 */
export async function fillFrom(
  reader: ReadableStreamBYOBReader,
  buffer: ArrayBuffer,
  byteLength: number,
): Promise<{ readonly buffer: ArrayBuffer; readonly filled: number }> {
  let memory = buffer;
  let filled = 0;
  while (filled < byteLength) {
    const rest = new Uint8Array(memory, filled, byteLength - filled);
    const { done, value } = await reader.read(rest, { min: rest.length });
    // A stream that was cancelled keeps the memory.
    if (value === undefined) return { buffer: new ArrayBuffer(0), filled: 0 };
    memory = value.buffer as ArrayBuffer;
    filled += value.byteLength;
    if (done) break;
  }
  return { buffer: memory, filled };
}
