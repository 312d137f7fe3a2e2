/**
 * Attention, head by head, with WavLM's gated relative position bias or without one. Long because the layout of its scratch is
 * in one place.
 */
import { int8Product } from "./int8-product";
import { quantizeRows } from "./quantize-rows";
import { sigmoid } from "./shared/exponential";
import { packKeys } from "./shared/keys";
import { FLOAT32_PANEL, PANEL_INPUTS, PANEL_OUTPUTS, SWEEP_INPUTS } from "./shared/layout";
import { packColumns } from "./shared/panels";
import { ACTIVATION_NONE } from "./shared/quanta";
import { quantaSum } from "./shared/quanta-sum";
import { roundedUp } from "./shared/rounded-up";
import { addBias, largestScore, softmaxQuanta, softmaxRow } from "./shared/softmax";
import { packValues } from "./shared/values";
import { SUM_ROWS, weightedSum } from "./shared/weighted-sum";

/** Rows that are scored together; whole tiles of int8Product and of weightedSum. */
const TILE_ROWS: i32 = 16;

const FLOAT32_BYTES: i32 = 4;

/** Scores are rounded up to whole panels of keys (6) and to whole vectors of softmaxQuanta (4). */
const PADDED_FRAMES: i32 = 12;

/** The table of attention without a position bias. */
const NO_TABLE: usize = 0;

/**
 * For each of `heads` heads: results = softmax(queries · keysᵀ) · values.
 *
 * @param width, hidden, queries, keys, integerValues, scratch as of gatedAttention
 */
export function attention(
  heads: i32,
  width: i32,
  hidden: i32,
  queries: usize,
  rowCount: i32,
  keys: usize,
  frames: i32,
  integerValues: i32,
  scratch: usize,
  results: usize,
): void {
  gatedAttention(
    heads,
    width,
    hidden,
    0,
    queries,
    rowCount,
    keys,
    frames,
    NO_TABLE,
    0,
    0,
    0,
    0,
    integerValues,
    scratch,
    results,
  );
}

/**
 * For each of `heads` heads: results = softmax(queries · keysᵀ + gate · bias) · values. The gate of a row x is
 * a · (b · constant − 1) + 2, where a and b are sigmoids of x · gateWeights + gateBias (transformers modeling_wavlm.py,
 * WavLMAttention).
 *
 * Scores are products of 7-bit queries and 8-bit keys, each row and frame over its own range. Their softmax is float32, and so is
 * what follows, or with `integerValues` a product of 14-bit probabilities and 8-bit values, each column over its own range.
 *
 * @param width of a head
 * @param hidden floats from one row to the next of rows, queries and results; twice as many in keys and values
 * @param rows, queries [rowCount, hidden], from the first head's columns on; rows are the attention's input
 * @param keys [frames, 2 · hidden] from the first head's columns on; its values stand `hidden` floats behind them
 * @param table [heads, positions]: a row's biases begin at entry rowCount − 1 − row; NO_TABLE if there are none, and no gates
 * @param gateWeights [width, 2]
 * @param gateConstants [heads]
 * @param integerValues 1 or 0
 * @param scratch gatedAttentionScratchBytes(width, frames, integerValues)
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
  integerValues: i32,
  scratch: usize,
  results: usize,
): void {
  const rowBytes = (<usize>hidden) << 2;
  const inputs = roundedUp(width, SWEEP_INPUTS);
  const outputs = roundedUp(width, PANEL_OUTPUTS);
  const paddedFrames = roundedUp(frames, PADDED_FRAMES);
  const frameInputs = roundedUp(frames, PANEL_INPUTS);
  const scoreBytes = (<usize>paddedFrames) << 2;
  const zeroBytes = (<usize>max(paddedFrames, outputs)) << 2;
  const keyPanels = scratch;
  const keyScales = keyPanels + <usize>(paddedFrames * inputs);
  const keySums = keyScales + scoreBytes;
  const zeros = keySums + scoreBytes;
  const valuePanels = zeros + zeroBytes;
  const valueScales = valuePanels + <usize>valuePanelBytes(width, frames, integerValues);
  const halfMiddles = valueScales + ((<usize>outputs) << 2);
  const scores = halfMiddles + ((<usize>outputs) << 2);
  const quanta = scores + scoreBytes * <usize>TILE_ROWS;
  const scales = quanta + <usize>(TILE_ROWS * inputs);
  const minimums = scales + ((<usize>TILE_ROWS) << 2);
  const probabilities = minimums + ((<usize>TILE_ROWS) << 2);
  const planeBytes = <usize>frameInputs;
  const totals = probabilities + planeBytes * <usize>(2 * TILE_ROWS);
  const planeScales = totals + ((<usize>TILE_ROWS) << 2);
  const planeMinimums = planeScales + ((<usize>TILE_ROWS) << 3);
  const products = planeMinimums + ((<usize>TILE_ROWS) << 3);
  memory.fill(zeros, 0, zeroBytes);
  memory.fill(probabilities, 0, planeBytes * <usize>(2 * TILE_ROWS));
  memory.fill(planeMinimums, 0, (<usize>TILE_ROWS) << 3);
  for (let head = 0; head < heads; head++) {
    const column = (<usize>(head * width)) << 2;
    const ownKeys = keys + column;
    packKeys(
      ownKeys,
      rowBytes << 1,
      frames,
      paddedFrames,
      width,
      inputs,
      keyPanels,
      keyScales,
      keySums,
    );
    const ownValues = ownKeys + rowBytes;
    if (integerValues) {
      packValues(
        ownValues,
        rowBytes << 1,
        frames,
        width,
        frameInputs,
        valuePanels,
        valueScales,
        halfMiddles,
      );
    } else {
      packColumns(ownValues, rowBytes << 1, frames, width, valuePanels);
    }
    const biases = table + ((<usize>(head * positions + rowCount - 1)) << 2);
    const hasBias = table !== NO_TABLE;
    const constant = hasBias ? load<f32>(gateConstants + ((<usize>head) << 2)) : <f32>0;
    for (let first = 0; first < rowCount; first += TILE_ROWS) {
      const count = min(TILE_ROWS, rowCount - first);
      const at = <usize>first * rowBytes + column;
      quantizeQueries(queries + at, rowBytes, count, width, inputs, quanta, scales, minimums);
      int8Product(
        quanta,
        scales,
        minimums,
        count,
        inputs,
        1,
        1,
        keyPanels,
        keyScales,
        keySums,
        zeros,
        paddedFrames,
        scores,
      );
      for (let row = 0; row < count; row++) {
        const own = scores + <usize>row * scoreBytes;
        let highest: f32;
        if (hasBias) {
          const input = rows + at + <usize>row * rowBytes;
          const gate = gateOf(input, width, gateWeights, gateBias, constant);
          highest = addBias(own, frames, gate, biases - ((<usize>(first + row)) << 2));
        } else {
          highest = largestScore(own, frames);
        }
        const total = totals + ((<usize>row) << 2);
        if (integerValues) {
          const high = probabilities + planeBytes * <usize>(2 * row);
          store<i32>(total, softmaxQuanta(own, frames, highest, high, high + planeBytes));
        } else {
          store<f32>(total, softmaxRow(own, frames, highest));
        }
      }
      if (integerValues) {
        quantaSum(
          probabilities,
          count,
          totals,
          frameInputs,
          valuePanels,
          valueScales,
          width,
          outputs,
          halfMiddles,
          zeros,
          planeScales,
          planeMinimums,
          products,
          results + at,
          rowBytes,
        );
        continue;
      }
      for (let row = 0; row < count; row += SUM_ROWS) {
        weightedSum(
          scores + <usize>row * scoreBytes,
          scoreBytes,
          min(SUM_ROWS, count - row),
          totals + ((<usize>row) << 2),
          valuePanels,
          frames,
          width,
          results + at + <usize>row * rowBytes,
          rowBytes,
        );
      }
    }
  }
}

/**
 * Bytes of scratch: keys, their scales, sums and biases, values with their scales and middles, then for each row of a tile its scores, its
 * quanta with their scale and minimum, and of its probabilities both planes, their total, scales, minimums and products.
 */
export function gatedAttentionScratchBytes(width: i32, frames: i32, integerValues: i32): i32 {
  const inputs = roundedUp(width, SWEEP_INPUTS);
  const outputs = roundedUp(width, PANEL_OUTPUTS);
  const paddedFrames = roundedUp(frames, PADDED_FRAMES);
  const frameInputs = roundedUp(frames, PANEL_INPUTS);
  const keys = paddedFrames * (inputs + 2 * FLOAT32_BYTES);
  const zeros = max(paddedFrames, outputs) * FLOAT32_BYTES;
  const values = valuePanelBytes(width, frames, integerValues) + 2 * FLOAT32_BYTES * outputs;
  const row = FLOAT32_BYTES * (paddedFrames + 2) + inputs;
  const probabilities = 2 * frameInputs + FLOAT32_BYTES * (5 + 2 * outputs);
  return keys + zeros + values + TILE_ROWS * (row + probabilities);
}

function valuePanelBytes(width: i32, frames: i32, integerValues: i32): i32 {
  if (integerValues) return roundedUp(width, PANEL_OUTPUTS) * roundedUp(frames, PANEL_INPUTS);
  return FLOAT32_BYTES * roundedUp(width, FLOAT32_PANEL) * frames;
}

function quantizeQueries(
  queries: usize,
  rowBytes: usize,
  count: i32,
  width: i32,
  inputs: i32,
  quanta: usize,
  scales: usize,
  minimums: usize,
): void {
  for (let row = 0; row < count; row++) {
    const at = (<usize>row) << 2;
    quantizeRows(
      queries + <usize>row * rowBytes,
      1,
      width,
      0,
      ACTIVATION_NONE,
      0,
      quanta + <usize>(row * inputs),
      inputs,
      scales + at,
      minimums + at,
    );
  }
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
