/** The sum of matrices, float32. */

/** target = a + b, `count` values. */
export function addRows(a: usize, b: usize, target: usize, count: i32): void {
  const vectorEnd = count & ~3;
  let index = 0;
  for (; index < vectorEnd; index += 4) {
    const at = (<usize>index) << 2;
    v128.store(target + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (; index < count; index++) {
    const at = (<usize>index) << 2;
    store<f32>(target + at, load<f32>(a + at) + load<f32>(b + at));
  }
}
