/** GELU of whole rows, float32. */
import { geluOf } from "./shared/gelu";

/** No rows to add. */
const NOTHING: usize = 0;

/** target = gelu(values) + added, `count` numbers; NOTHING adds nothing. */
export function geluRows(values: usize, added: usize, target: usize, count: i32): void {
  const vectorEnd = count & ~3;
  let index = 0;
  for (; index < vectorEnd; index += 4) {
    const at = (<usize>index) << 2;
    let value = geluOf(v128.load(values + at));
    if (added !== NOTHING) value = f32x4.add(v128.load(added + at), value);
    v128.store(target + at, value);
  }
  for (; index < count; index++) {
    const at = (<usize>index) << 2;
    let value = f32x4.extract_lane(geluOf(v128.load32_splat(values + at)), 0);
    if (added !== NOTHING) value = load<f32>(added + at) + value;
    store<f32>(target + at, value);
  }
}
