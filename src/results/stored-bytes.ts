/** The size of a stored result, before it is read. */

interface Sized {
  readonly tensors?: readonly { readonly shape: readonly number[] }[];
}

/** Bytes of the tensors that a result's header describes; 0 for answers of tasks, which are short. */
export function storedBytes(header: string): number {
  const { tensors = [] }: Sized = JSON.parse(header);
  return tensorBytes(tensors);
}

/** Bytes of float32 tensors of these shapes. */
export function tensorBytes(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce(
    (sum, { shape }) =>
      sum + Float32Array.BYTES_PER_ELEMENT * shape.reduce((product, size) => product * size, 1),
    0,
  );
}
