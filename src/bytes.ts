/** Bytes as every room handles them. */

/** The number of bytes of all pieces. */
export function totalBytes(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((total, { length }) => total + length, 0);
}

/** The pieces as one array. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(totalBytes(pieces));
  let filled = 0;
  for (const piece of pieces) {
    whole.set(piece, filled);
    filled += piece.length;
  }
  return whole;
}

/** The bytes that `values` is a view of, not copied. */
export function bytesOf<Kind extends ArrayBufferLike>(
  values: ArrayBufferView<Kind>,
): Uint8Array<Kind> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A view of the same bytes, wherever they begin in their buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Little-endian float32 numbers: a view of the bytes, or a copy where they begin between two numbers. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const isAligned = bytes.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset, byteLength } = isAligned ? bytes : bytes.slice();
  return new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT);
}
