import { describe, expect, it } from "vitest";
import {
  compensatedColumns,
  dividedMoments,
} from "../../../../src/model/build/weights/compensated.ts";
import { quantizeColumns } from "../../../../src/model/build/weights/quantize.ts";
import { spread } from "../../../support/model/open-kernels.ts";

const INPUTS = 24;
const OUTPUTS = 10;
const ROWS = 200;

const real = (length: number, seed: number) =>
  Float32Array.from(spread(length, -999, 999, seed), (value) => value / 1000);

const weight = { shape: [INPUTS, OUTPUTS], data: real(INPUTS * OUTPUTS, 1) };

/** Rows whose channels are mixtures of a few. */
function correlatedRows(): Float32Array {
  const sources = 6;
  const [mixing, drawn] = [real(sources * INPUTS, 2), real(ROWS * sources, 3)];
  return Float32Array.from({ length: ROWS * INPUTS }, (_, index) => {
    const [row, input] = [Math.floor(index / INPUTS), index % INPUTS];
    let sum = 0;
    for (let source = 0; source < sources; source++) {
      sum += drawn[row * sources + source] * mixing[source * INPUTS + input];
    }
    return sum;
  });
}

function momentsOf(rows: Float32Array): Float32Array {
  return Float32Array.from({ length: INPUTS * INPUTS }, (_, index) => {
    const [a, b] = [Math.floor(index / INPUTS), index % INPUTS];
    let sum = 0;
    for (let row = 0; row < ROWS; row++) sum += rows[row * INPUTS + a] * rows[row * INPUTS + b];
    return sum;
  });
}

/** Σ of squared differences of rows · weights from those with rounded weights. */
function squaredError(
  rows: Float32Array,
  { quantized, scales }: ReturnType<typeof quantizeColumns>,
) {
  let sum = 0;
  for (let row = 0; row < ROWS; row++) {
    for (let output = 0; output < OUTPUTS; output++) {
      let difference = 0;
      for (let input = 0; input < INPUTS; input++) {
        const at = input * OUTPUTS + output;
        const error = weight.data[at] - quantized[at] * scales[output];
        difference += rows[row * INPUTS + input] * error;
      }
      sum += difference ** 2;
    }
  }
  return sum;
}

describe("weights rounded with compensation", () => {
  it("change products of inputs that go together less than half as much", () => {
    const rows = correlatedRows();
    const compensated = squaredError(rows, compensatedColumns(weight, momentsOf(rows)));
    expect(compensated).toBeLessThan(squaredError(rows, quantizeColumns(weight)) / 4);
  });

  it("are within their range, by the same scales", () => {
    const { quantized, scales } = compensatedColumns(weight, momentsOf(correlatedRows()));
    expect(scales).toEqual(quantizeColumns(weight).scales);
    expect(quantized.every((integer) => Math.abs(integer) <= 127)).toBe(true);
  });

  it("are the nearest where no inputs go together, or none was heard", () => {
    const alone = new Float32Array(INPUTS * INPUTS);
    for (let input = 0; input < INPUTS; input++) alone[input * (INPUTS + 1)] = 1 + input;
    const nearest = quantizeColumns(weight);
    expect(compensatedColumns(weight, alone)).toEqual(nearest);
    expect(compensatedColumns(weight, new Float32Array(INPUTS * INPUTS))).toEqual(nearest);
  });
});

describe("divided moments", () => {
  it("are the moments of divided rows", () => {
    const rows = correlatedRows();
    const factors = Float32Array.from({ length: INPUTS }, (_, input) => 0.5 + input);
    const divided = rows.map((value, index) => value / factors[index % INPUTS]);
    const expected = momentsOf(divided);
    for (const [index, value] of dividedMoments(momentsOf(rows), factors).entries()) {
      expect(value).toBeCloseTo(expected[index], 3);
    }
  });
});
