/**
 * Ways to fill a synthetic tensor; synthetic/recipe.ts says which tensor gets which. Long because it is a list of
 * fills.
 */
import { bellShaped, uniform } from "./random.ts";

/** Everything that a tensor's values depend on. */
export interface SyntheticTensor {
  /** Names the generator and the model; the seed of all its tensors. */
  readonly model: string;
  readonly name: string;
  readonly shape: readonly number[];
  readonly hiddenSize: number;
  readonly headWidth: number;
}

/** Makes a tensor's values, row-major. */
export type Fill = (tensor: SyntheticTensor) => Float32Array;

export interface MatrixOptions {
  /** Standard deviation of an output whose inputs are independent and of variance 1. */
  readonly gain: number;
  /** Rows differ in scale by up to this share. */
  readonly rowSpread?: number;
  /** Makes each row sum to 0, so that what all inputs have in common is not passed on. */
  readonly zeroSum?: boolean;
  /** Scales the columns that read outlier channels. */
  readonly outlierColumns?: number;
  /** Scales the rows that write outlier channels. */
  readonly outlierRows?: number;
}

/** Channels of the hidden states that stand out from the rest. */
const OUTLIER_CHANNELS = 6;

/** Bell-shaped values around `mean`. */
export function around(mean: number, deviation: number): Fill {
  return (tensor) => {
    const values = bellShaped(seedOf(tensor), elementCount(tensor.shape));
    return values.map((value) => mean + deviation * value);
  };
}

/** Bell-shaped weights, [outputs, inputs…]. */
export function matrix(options: MatrixOptions): Fill {
  const { gain, rowSpread = 0, zeroSum = false, outlierColumns = 1, outlierRows = 1 } = options;
  return (tensor) => {
    const rowCount = tensor.shape[0] ?? 0;
    const values = bellShaped(seedOf(tensor), elementCount(tensor.shape));
    const width = values.length / rowCount;
    const spread = uniform(seedOf(tensor, "rows"), rowCount);
    const outliers = outlierChannels(tensor);
    for (let index = 0; index < rowCount; index++) {
      const row = values.subarray(index * width, (index + 1) * width);
      const outlierScale = outliers.has(index) ? outlierRows : 1;
      const scale = (gain / Math.sqrt(width)) * (1 + rowSpread * at(spread, index)) * outlierScale;
      const mean = zeroSum ? meanOf(row) : 0;
      for (let column = 0; column < width; column++) row[column] = (at(row, column) - mean) * scale;
      if (outlierColumns !== 1) scaleChannels(row, outliers.keys(), outlierColumns);
    }
    return values;
  };
}

/** `fill`, with the outlier channels lifted or sunk by 4 to 10. */
export function withOutliers(fill: Fill): Fill {
  return (tensor) => {
    const values = fill(tensor);
    for (const [channel, height] of outlierChannels(tensor)) values[channel] = height;
    return values;
  };
}

/** `fill`, with the outlier channels all at `value`. */
export function withOutliersAt(fill: Fill, value: number): Fill {
  return (tensor) => {
    const values = fill(tensor);
    for (const channel of outlierChannels(tensor).keys()) values[channel] = value;
    return values;
  };
}

/** `fill`, with `count` values replaced by `height`. */
export function withSpikes(fill: Fill, count: number, height: number): Fill {
  return (tensor) => {
    const values = fill(tensor);
    for (const channel of somePlaces(seedOf(tensor, "spikes"), count, values.length)) {
      values[channel] = height;
    }
    return values;
  };
}

/** `fill`, with each odd head's rows those of the even head before it; a last head that is alone stays. */
export function headsRepeated(fill: Fill): Fill {
  return (tensor) => {
    const values = fill(tensor);
    const head = tensor.headWidth * (values.length / (tensor.shape[0] ?? 1));
    for (let start = 0; start + 2 * head <= values.length; start += 2 * head) {
      values.copyWithin(start + head, start, start + head);
    }
    return values;
  };
}

/** `fill`, with each odd head's columns those of the even head before it, negated; a last head that is alone stays. */
export function headsOpposed(fill: Fill): Fill {
  return (tensor) => {
    const values = fill(tensor);
    const { headWidth: head, shape } = tensor;
    const columns = shape[1] ?? 0;
    for (let index = 0; index < values.length; index++) {
      const column = index % columns;
      const isOdd = Math.floor(column / head) % 2 === 1;
      if (isOdd) values[index] = -at(values, index - head);
    }
    return values;
  };
}

function outlierChannels({ model, hiddenSize }: SyntheticTensor): Map<number, number> {
  const channels = somePlaces(`${model} outliers`, OUTLIER_CHANNELS, hiddenSize);
  const heights = uniform(`${model} outlier heights`, OUTLIER_CHANNELS);
  return new Map(
    channels.map((channel, index) => [
      channel,
      (index % 2 === 0 ? 1 : -1) * (7 + 3 * at(heights, index)),
    ]),
  );
}

function somePlaces(seed: string, count: number, length: number): number[] {
  return [...uniform(seed, count)].map((value) => Math.floor(((value + 1) / 2) * length));
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function scaleChannels(values: Float32Array, channels: Iterable<number>, factor: number): void {
  for (const channel of channels) values[channel] = at(values, channel) * factor;
}

function seedOf({ model, name }: SyntheticTensor, purpose = "values"): string {
  return `${model} ${name} ${purpose}`;
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function at(values: Float32Array, index: number): number {
  return values[index] ?? 0;
}
