import { expect, test } from "vitest";
import { createBodyTurns } from "../../../../src/http/request/body/turns.ts";

const PIECE_BYTES = 65_536;

/** Takes pieces as fast as turns let it, and tells after which turn of the event loop each was taken. */
async function takeAll(
  turns: ReturnType<ReturnType<typeof createBodyTurns>>,
  pieces: number,
  now: () => number,
): Promise<number[]> {
  const taken: number[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    taken.push(now());
    await turns.take(PIECE_BYTES);
  }
  return taken;
}

/** Counts turns of the event loop. */
function countTurns() {
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  return { now: () => turn, stop: () => (isOver = true) };
}

test("all bodies together take a megabyte or so in a turn of the event loop, however many there are", async () => {
  const begin = createBodyTurns();
  const turns = countTurns();
  const bodies = Array.from({ length: 20 }, () => takeAll(begin(), 30, turns.now));
  const taken = (await Promise.all(bodies)).flat();
  turns.stop();
  const perTurn = Map.groupBy(
    taken.filter((_, piece) => piece % 30 > 4),
    (turn) => turn,
  );
  // Eight that waited and eight that need not, twice where two turns fall between two counts.
  for (const pieces of perTurn.values()) expect(pieces.length).toBeLessThanOrEqual(32);
  expect(perTurn.size).toBeGreaterThan(25);
});

test("older bodies end first, so that memory is given back before more is taken", async () => {
  const begin = createBodyTurns();
  const turns = countTurns();
  const ends: number[] = [];
  const bodies = Array.from({ length: 24 }, async (_, body) => {
    await takeAll(begin(), 40, turns.now);
    ends.push(body);
  });
  await Promise.all(bodies);
  turns.stop();
  expect(ends.slice(0, 8).every((body) => body < 12)).toBe(true);
  expect(ends.slice(-8).every((body) => body >= 12)).toBe(true);
});

test("a small body goes before large ones that came earlier", async () => {
  const begin = createBodyTurns();
  const turns = countTurns();
  const ends: string[] = [];
  const large = Array.from({ length: 30 }, async () => {
    await takeAll(begin(), 60, turns.now);
    ends.push("large");
  });
  for (let turn = 0; turn < 120; turn++) await new Promise((resolve) => setImmediate(resolve));
  const small = takeAll(begin(), 3, turns.now).then(() => ends.push("small"));
  const before = ends.length;
  await small;
  expect(ends.length - before).toBeLessThanOrEqual(2);
  await Promise.all(large);
  turns.stop();
});

test("a body alone waits for nobody", async () => {
  const turns = createBodyTurns()();
  expect(turns.take(PIECE_BYTES)).toBeUndefined();
});
