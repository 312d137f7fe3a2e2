/** Attention with WavLM's gated relative position bias, one head after another, float32. */
import { mixTile, scoreTile, TILE_ROWS } from "./attention-tiles";
import { sigmoid } from "./exponential";
import { PANEL, packColumns, packTransposed } from "./panels";
import { addBias, softmax } from "./softmax";

/**
 * For each of `heads` heads: results = softmax(queries · keysᵀ + gate · bias) · values. The gate of a row x is
 * a · (b · constant − 1) + 2, where a and b are sigmoids of x · gateWeights + gateBias (transformers modeling_wavlm.py,
 * WavLMAttention).
 *
 * @param width of a head
 * @param hidden floats from one row to the next of rows, queries and results; twice as many in keys and values
 * @param rows, queries [rowCount, hidden], from the first head's columns on; rows are the attention's input
 * @param keys [frames, 2 · hidden] from the first head's columns on; its values stand `hidden` floats behind them
 * @param table [heads, positions]: a row's biases begin at entry rowCount − 1 − row
 * @param gateWeights [width, 2]
 * @param gateConstants [heads]
 * @param scratch keys, values and a tile of scores in panels: panelBytes(frames, width + TILE_ROWS) + panelBytes(width, frames)
 */
export function gatedAttention(
  heads: i32,
  width: i32,
  hidden: i32,
  rows: usize,
  queries: usize,
  rowCount: i32,
  keys: usize,
  frames: i32,
  table: usize,
  positions: i32,
  gateWeights: usize,
  gateBias: usize,
  gateConstants: usize,
  scratch: usize,
  results: usize,
): void {
  const rowBytes = (<usize>hidden) << 2;
  const keyPanels = scratch;
  const valuePanels = keyPanels + panelBytes(frames, width);
  const scores = valuePanels + panelBytes(width, frames);
  const scoreBytes = panelBytes(frames, 1);
  for (let head = 0; head < heads; head++) {
    const column = (<usize>(head * width)) << 2;
    packTransposed(keys + column, rowBytes << 1, frames, width, keyPanels);
    packColumns(keys + rowBytes + column, rowBytes << 1, frames, width, valuePanels);
    const biases = table + ((<usize>(head * positions + rowCount - 1)) << 2);
    const constant = load<f32>(gateConstants + ((<usize>head) << 2));
    for (let first = 0; first < rowCount; first += TILE_ROWS) {
      const count = min(TILE_ROWS, rowCount - first);
      const at = <usize>first * rowBytes + column;
      scoreTile(queries + at, rowBytes, count, width, keyPanels, frames, scores, scoreBytes);
      for (let row = 0; row < count; row++) {
        const input = rows + at + <usize>row * rowBytes;
        const bias = biases - ((<usize>(first + row)) << 2);
        const own = scores + <usize>row * scoreBytes;
        addBias(own, frames, gateOf(input, width, gateWeights, gateBias, constant), bias);
        softmax(own, frames);
      }
      mixTile(scores, scoreBytes, count, valuePanels, frames, width, results + at, rowBytes);
    }
  }
}

/** `columns` in panels of PANEL, `length` of them each. */
function panelBytes(columns: i32, length: i32): usize {
  return (<usize>(((columns + PANEL - 1) / PANEL) * PANEL * length)) << 2;
}

function gateOf(row: usize, width: i32, weights: usize, bias: usize, constant: f32): f32 {
  let a = load<f32>(bias);
  let b = load<f32>(bias, 4);
  for (let index = 0; index < width; index++) {
    const value = load<f32>(row + ((<usize>index) << 2));
    a += value * load<f32>(weights + ((<usize>index) << 3));
    b += value * load<f32>(weights + ((<usize>index) << 3), 4);
  }
  return sigmoid(a) * (sigmoid(b) * constant - <f32>1.0) + <f32>2.0;
}
