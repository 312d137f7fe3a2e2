import type { InferenceSession } from "onnxruntime-common";
import { expect, test } from "vitest";
import {
  sessionsByWeights,
  type Weights,
} from "../../../../src/model/backend/node/weight-sessions.ts";
import { collectGarbage } from "../../../../support/collect-garbage.ts";

const newWeights = (): Weights => [
  ["w", { type: "float32", shape: [1], data: new Float32Array(1), isConstant: true }],
];

/** Sessions of which only the release is looked at: onnxruntime fails if there is a second one. */
function startSessions() {
  const released: number[] = [];
  let opened = 0;
  const sessions = sessionsByWeights(async () => {
    const number = ++opened;
    return [{ release: async () => void released.push(number) } as unknown as InferenceSession];
  });
  return { sessions, released };
}

/** In a frame of its own, which holds the weights no longer once it is left. */
async function openTwice(sessions: ReturnType<typeof sessionsByWeights>): Promise<void> {
  const weights = newWeights();
  expect(await sessions.of(weights)).toBe(await sessions.of(weights));
}

test("sessions of weights that nobody holds are released", async () => {
  const { sessions, released } = startSessions();
  await openTwice(sessions);
  await expect.poll(() => collectGarbage().then(() => released)).toEqual([1]);
  await sessions.release();
  expect(released).toEqual([1]);
});

test("sessions that were released are not released again once their weights are gone", async () => {
  const { sessions, released } = startSessions();
  await openTwice(sessions);
  await sessions.release();
  const weights = newWeights();
  await sessions.of(weights);
  await openTwice(sessions);
  await expect.poll(() => collectGarbage().then(() => released)).toEqual([1, 3]);
  await sessions.release();
  expect(released).toEqual([1, 3, 2]);
  expect(weights).toHaveLength(1);
});

test("sessions that could not be opened are opened again", async () => {
  let tries = 0;
  const sessions = sessionsByWeights(async () => {
    if (++tries === 1) throw new Error("no memory");
    return [];
  });
  const weights = newWeights();
  await expect(sessions.of(weights)).rejects.toThrow("no memory");
  expect(await sessions.of(weights)).toEqual([]);
  await sessions.release();
});
