/** The columns of some heads, float32. */

/**
 * results[row, k] = the columns of head heads[k] in a row.
 *
 * @param rows [rowCount, columns]
 * @param heads [headCount] float32, each less than columns / width
 * @param results [rowCount, headCount · width]
 */
export function selectHeads(
  rows: usize,
  rowCount: i32,
  columns: i32,
  heads: usize,
  headCount: i32,
  width: i32,
  results: usize,
): void {
  const headBytes = (<usize>width) << 2;
  let target = results;
  for (let row = 0; row < rowCount; row++) {
    const source = rows + ((<usize>(row * columns)) << 2);
    for (let index = 0; index < headCount; index++) {
      const head = <usize>load<f32>(heads + ((<usize>index) << 2));
      memory.copy(target, source + head * headBytes, headBytes);
      target += headBytes;
    }
  }
}
