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

/** A kind of arrays of numbers. */
export interface NumbersType<Numbers> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Numbers;
}

/** Little-endian numbers: a view of the bytes, or a copy where they begin between two numbers. */
export function numbersOf<Numbers>(Type: NumbersType<Numbers>, bytes: Uint8Array): Numbers {
  const isAligned = bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset, byteLength } = isAligned ? bytes : bytes.slice();
  return new Type(buffer, byteOffset, byteLength / Type.BYTES_PER_ELEMENT);
}

/** The same of float32 numbers. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  return numbersOf<Float32Array>(Float32Array, bytes);
}

/**
 * Frees the memory of a view that nobody uses any more, where the engine can: garbage of this size is collected late. Every view
 * of the same memory is empty then.
 */
export function freeMemory({ buffer }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) buffer.transfer?.(0);
}

/** Frees a piece of a stream that nobody uses any more, unless its memory has other pieces too. */
function freePiece(piece: Uint8Array): void {
  if (piece.byteLength === piece.buffer.byteLength) freeMemory(piece);
}

/** The same pieces, each freed once the next one is asked for; for whoever keeps none of them. */
export async function* freedPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    yield piece;
    freePiece(piece);
  }
}

/**
 * The first `length` numbers, and zeros beyond them. Engines that can move memory free the old array's at once, which is left
 * empty: garbage of this size is collected late.
 */
export function resized(
  values: Float32Array<ArrayBuffer>,
  length: number,
): Float32Array<ArrayBuffer> {
  if ("transfer" in ArrayBuffer.prototype) {
    return new Float32Array(values.buffer.transfer(length * Float32Array.BYTES_PER_ELEMENT));
  }
  const moved = new Float32Array(length);
  moved.set(values.subarray(0, length));
  return moved;
}
