import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteSource, PIECE_BYTES } from "../../../src/audio/bytes/source.ts";
import { inPieces, pieceSizes } from "../../../support/decoding/decode-all.ts";

const BYTES = Uint8Array.from({ length: 200_000 }, (_, index) => index * 7 + (index >> 8));

/** What a parser may do, as the part of the bytes that it has to see. */
type Call = readonly ["peek" | "read" | "skip", number] | readonly ["next"];

const calls: fc.Arbitrary<Call[]> = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom("peek", "read", "skip"), fc.nat(90_000)),
    fc.constant(["next"] as const),
  ),
  { maxLength: 30 },
);

describe("a source gives the bytes in order, however they arrive", () => {
  test("to any sequence of peeks, reads, skips and pieces", async () => {
    await fc.assert(
      fc.asyncProperty(pieceSizes, calls, async (sizes, sequence) => {
        const source = byteSource(inPieces(BYTES, sizes));
        for (const [call, count = 0] of sequence) {
          const { position } = source;
          const expected = BYTES.subarray(position, position + count);
          if (call === "peek") {
            expect(await source.peek(count)).toEqual(expected);
            expect(source.position).toBe(position);
          }
          if (call === "read") expect(await source.read(count)).toEqual(expected);
          if (call === "skip") expect(await source.skip(count)).toBe(expected.length);
          if (call === "next") {
            const piece = await source.next();
            const left = BYTES.length - position;
            if (piece === null) expect(left).toBe(0);
            else {
              expect(piece).toEqual(BYTES.subarray(position, position + piece.length));
              expect(piece.length).toBeGreaterThan(0);
              expect(piece.length).toBeLessThanOrEqual(PIECE_BYTES);
            }
          }
          if (call === "read" || call === "skip") {
            expect(source.position).toBe(position + expected.length);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("in single bytes, thousands of which wait to be read", async () => {
    const source = byteSource(inPieces(BYTES, [1]));
    expect(await source.peek(100_000)).toEqual(BYTES.subarray(0, 100_000));
    for (let at = 0; at < BYTES.length; at += 1000) {
      expect(await source.read(1000)).toEqual(BYTES.subarray(at, at + 1000));
    }
    expect(await source.next()).toBeNull();
  });
});

describe("a source pulls no more than it is asked for", () => {
  test("piece by piece", async () => {
    let pulled = 0;
    const pieces = function* () {
      for (const piece of inPieces(BYTES, [1000])) {
        pulled++;
        yield piece;
      }
    };
    const source = byteSource(pieces());
    expect(pulled).toBe(0);
    await source.read(1);
    expect(pulled).toBe(1);
    await source.peek(2000);
    expect(pulled).toBe(3);
    await source.skip(4000);
    expect(pulled).toBe(5);
  });
});

test("Node's Buffers come out as plain Uint8Arrays, whose slice() copies", async () => {
  const pool = Buffer.from(BYTES.subarray(0, 100));
  const source = byteSource([pool.subarray(10, 40), pool.subarray(40, 80)]);
  const taken = [await source.peek(5), await source.read(50), await source.next()];
  for (const bytes of taken) expect(bytes?.constructor).toBe(Uint8Array);
  expect(taken[2]?.slice().buffer.byteLength).toBe(20);
  expect(taken[2]).toEqual(BYTES.subarray(60, 80));
});

test("empty pieces are no end", async () => {
  const source = byteSource([
    new Uint8Array(),
    Uint8Array.of(1),
    new Uint8Array(),
    Uint8Array.of(2),
  ]);
  expect(await source.next()).toEqual(Uint8Array.of(1));
  expect(await source.read(5)).toEqual(Uint8Array.of(2));
  expect(await source.next()).toBeNull();
});

describe("other work is let in", () => {
  const turnsDuring = async (work: () => Promise<unknown>): Promise<number> => {
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await work();
    isOver = true;
    return turns;
  };

  test("while many bytes are passed over", async () => {
    const source = byteSource(Array(200).fill(BYTES));
    expect(await turnsDuring(() => source.skip(40_000_000))).toBeGreaterThan(5);
  });

  test("while few bytes are read in very many calls", async () => {
    const source = byteSource([BYTES]);
    const readAll = async () => {
      while ((await source.read(1)).length > 0);
    };
    expect(await turnsDuring(readAll)).toBeGreaterThan(5);
  });
});

test("a failure on the way is passed on", async () => {
  const pieces = async function* () {
    yield Uint8Array.of(1);
    throw new TypeError("terminated");
  };
  await expect(byteSource(pieces()).read(2)).rejects.toThrow("terminated");
});
