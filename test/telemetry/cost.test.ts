import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { createCost } from "../../src/telemetry/cost.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";

test("waits for storage that overlap count once", async () => {
  const cost = createCost();
  const beganMs = performance.now();
  const ends = [cost.beginStore(), cost.beginStore(), cost.beginStore()];
  await pause(20);
  for (const end of ends) end();
  const wholeMs = performance.now() - beganMs;
  expect(cost.stageMs.store).toBeGreaterThan(0);
  expect(cost.stageMs.store).toBeLessThanOrEqual(wholeMs);
});

test("work is charged to whoever it is done for, however it is interleaved", async () => {
  const telemetry = createTelemetry();
  const costs = [createCost(), createCost()];
  await Promise.all(
    costs.map((cost, index) =>
      telemetry.charge(cost, async () => {
        await pause(1);
        telemetry.cost()?.addDecoded({ decodeMs: 0, resampleMs: 0, seconds: index + 1 });
      }),
    ),
  );
  expect(costs.map(({ audioSeconds }) => audioSeconds)).toEqual([1, 2]);
  expect(telemetry.cost()).toBeUndefined();
});
