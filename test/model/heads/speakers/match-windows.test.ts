import { describe, expect, it } from "vitest";
import { MOST_VOICES, matchWindows } from "../../../../src/model/heads/speakers/match-windows.ts";

const ANNA = Float32Array.of(1, 0.1, 0);
const BERT = Float32Array.of(0, 1, 0.1);
const CARL = Float32Array.of(0.1, 0, 1);

describe("speakers of windows", () => {
  it("are those of whom the voices are, wherever their labels are", async () => {
    expect(
      await matchWindows(
        [
          [ANNA, BERT],
          [BERT, ANNA],
          [null, BERT],
        ],
        2,
        0.8,
      ),
    ).toEqual({
      count: 2,
      ofWindows: [
        [0, 1],
        [1, 0],
        [0, 1],
      ],
    });
  });

  it("may be more than a window has", async () => {
    expect(
      await matchWindows(
        [
          [ANNA, BERT],
          [CARL, ANNA],
          [null, CARL],
        ],
        2,
        0.8,
      ),
    ).toMatchObject({
      count: 3,
      ofWindows: [
        [0, 1],
        [2, 0],
        [0, 2],
      ],
    });
  });

  it("stay whom overlap says they are where they say too little", async () => {
    expect(
      await matchWindows(
        [
          [null, BERT],
          [ANNA, null],
          [ANNA, BERT],
        ],
        2,
        0.8,
      ),
    ).toEqual({
      count: 2,
      ofWindows: [
        [1, 0],
        [1, 0],
        [1, 0],
      ],
    });
  });

  it("are left to overlap if fewer than two windows have a voice, or there are too many voices", async () => {
    expect(
      await matchWindows(
        [
          [ANNA, BERT],
          [null, null],
        ],
        2,
        0.8,
      ),
    ).toBeNull();
    const many = Array.from({ length: MOST_VOICES / 2 + 1 }, () => [ANNA, BERT]);
    expect(await matchWindows(many, 2, 0.8)).toBeNull();
  });
});
