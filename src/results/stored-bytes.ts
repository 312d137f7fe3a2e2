/** The size of a stored result, before it is read. */

interface Sized {
  /** Of an answer in JSON; answers that were stored before it was told are without. */
  readonly answerBytes?: number;
  readonly tensors?: readonly { readonly shape: readonly number[] }[];
}

/** Bytes of the answer or of the tensors that a result's header describes. */
export function storedBytes(header: string): number {
  const { answerBytes = 0, tensors = [] }: Sized = JSON.parse(header);
  return answerBytes + tensorBytes(tensors);
}

/** Bytes of float32 tensors of these shapes. */
export function tensorBytes(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce(
    (sum, { shape }) =>
      sum + Float32Array.BYTES_PER_ELEMENT * shape.reduce((product, size) => product * size, 1),
    0,
  );
}
