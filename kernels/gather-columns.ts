/** Rows of a table by their numbers, transposed. */

/** target[c, i] = table[indices[i], c] for `count` of the table's columns, of which there are `columns`; float32. */
export function gatherColumns(
  table: usize,
  columns: i32,
  indices: usize,
  indexCount: i32,
  count: i32,
  target: usize,
): void {
  const rowBytes = (<usize>columns) << 2;
  let at = target;
  for (let column = 0; column < count; column++) {
    const own = table + ((<usize>column) << 2);
    for (let index = 0; index < indexCount; index++) {
      const row = <usize>load<i32>(indices + ((<usize>index) << 2));
      store<f32>(at, load<f32>(own + row * rowBytes));
      at += 4;
    }
  }
}
