import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { matchLabels } from "../../../src/model/heads/match-labels.ts";
import { joinSpeakers } from "../../../src/model/heads/parts.ts";
import type { Matrix } from "../../../src/model/matrix.ts";

/** [rows, labels] of numbers that tell labels apart. */
function logits(rows: number, labels: number): Matrix {
  const data = Float32Array.from({ length: rows * labels }, (_, at) => {
    const [row, label] = [Math.floor(at / labels), at % labels];
    return row % labels === label ? 4 + label / 10 : -4;
  });
  return { rows, columns: labels, data };
}

function permuted({ rows, columns, data }: Matrix, order: readonly number[]): Matrix {
  const moved = Float32Array.from(data);
  for (let row = 0; row < rows; row++) {
    for (const [from, to] of order.entries()) {
      moved[row * columns + to] = data[row * columns + from] as number;
    }
  }
  return { rows, columns, data: moved };
}

describe("labels of two windows", () => {
  it("are matched, whatever their order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.nat()), (labels, random) => {
        const order = Array.from({ length: labels }, (_, label) => label).sort(
          () => (random.next().value % 3) - 1,
        );
        const one = logits(40, labels);
        expect(matchLabels(one, permuted(one, order))).toEqual(order);
      }),
      { numRuns: 50 },
    );
  });

  it("stay where they are if nothing tells them apart", () => {
    const silence = { rows: 30, columns: 3, data: new Float32Array(90).fill(-6) };
    expect(matchLabels(silence, silence)).toEqual([0, 1, 2]);
    expect(matchLabels({ ...silence, rows: 0 }, { ...silence, rows: 0 })).toEqual([0, 1, 2]);
  });
});

test("speakers who change places between windows have one column in what is joined", () => {
  const whole = logits(300, 2);
  const rowsFrom = (first: number, rows: number): Matrix => ({
    rows,
    columns: 2,
    data: whole.data.slice(2 * first, 2 * (first + rows)),
  });
  const parts = [
    { logits: rowsFrom(0, 120), firstFrame: 0, keepFirst: 0, keepCount: 100 },
    {
      logits: permuted(rowsFrom(80, 140), [1, 0]),
      firstFrame: 80,
      keepFirst: 20,
      keepCount: 100,
    },
    { logits: rowsFrom(180, 120), firstFrame: 180, keepFirst: 20, keepCount: 100 },
  ].map((part) => ({ kind: "logits" as const, ...part }));
  expect(joinSpeakers(parts)).toEqual(whole);
});
