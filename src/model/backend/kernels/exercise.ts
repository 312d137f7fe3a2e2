/**
 * Has the engine compile the kernels well before a clip needs them: V8 first translates WebAssembly quickly and badly, and
 * compiles a function anew, in the background, once it has used up a budget of loops.
 */
import type { KernelExports } from "./instantiate.ts";

/** What `exerciseKernels` needs of the heap, zeroed. */
export const EXERCISE_BYTES = 1 << 20;

/** V8's budget for a function is 13 million bytes of machine code run through; a round is about a quarter of it. */
const ROUNDS = 8;

const ROWS = 96;
const COLUMNS = 512;
const HEADS = 2;
const WIDTH = 64;
const TAPS = 16;
const WITH_GELU = 1;

/** Calls every kernel often enough, on zeros: `heap` is the address of EXERCISE_BYTES of them. */
export function exerciseKernels(kernels: KernelExports, heap: number): void {
  const [matrix, small, scratch, result] = [0, 1, 2, 3].map(
    (part) => heap + (part * EXERCISE_BYTES) / 4,
  );
  const hidden = HEADS * WIDTH;
  for (let round = 0; round < ROUNDS; round++) {
    kernels.quantizeRows(
      matrix,
      ROWS,
      COLUMNS,
      0,
      WITH_GELU,
      scratch,
      result,
      COLUMNS,
      small,
      small,
    );
    kernels.quantizeRows(matrix, ROWS, COLUMNS, matrix, 0, scratch, result, COLUMNS, small, small);
    kernels.int8Product(
      matrix,
      small,
      small,
      ROWS,
      COLUMNS,
      1,
      1,
      matrix,
      small,
      small,
      small,
      ROWS,
      result,
    );
    kernels.convolveSamples(matrix, ROWS, TAPS, 1, small, small, COLUMNS, result);
    kernels.gatedAttention(
      HEADS,
      WIDTH,
      hidden,
      matrix,
      matrix,
      ROWS,
      matrix,
      ROWS,
      small,
      2 * ROWS,
      small,
      small,
      small,
      scratch,
      result,
    );
    kernels.groupedConvolution(
      1,
      WIDTH,
      TAPS,
      WIDTH,
      matrix,
      ROWS,
      matrix,
      small,
      small,
      scratch,
      result,
    );
    kernels.addRows(matrix, matrix, result, ROWS * COLUMNS);
    kernels.layerNorm(matrix, ROWS, COLUMNS, small, small, 1, result);
  }
}
