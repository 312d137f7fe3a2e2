import { expect, test } from "vitest";
import { pool } from "../../../src/model/engine/taps/pooling.ts";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import { featurizePrepared } from "../../../src/tasks/features/compute.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";
import { engineOver } from "../../support/model/engine-over.ts";

test("the last layer's state is pooled under both its names: models of post-norm end with it", async () => {
  const engine = await engineOver();
  const samples = await goldenSamples("x4001");
  const taps = resolveTaps([3, "last_hidden_state"], 3);
  const { lastHiddenState } = await engine.run(samples, taps);
  if (lastHiddenState === null) throw new Error("the engine gives no last hidden state");
  const { data: expected } = pool(lastHiddenState, "mean_std");
  const info = {} as Parameters<typeof featurizePrepared>[0]["info"];
  const prepared = { info, samples, timings: { decodeMs: 0, resampleMs: 0 } };
  const plan = { taps, pool: "mean_std", skipsSilence: false } as Parameters<
    typeof featurizePrepared
  >[2];
  const { tensors } = await featurizePrepared(prepared, engine, plan);
  expect(tensors.map(({ name }) => name)).toEqual(["hidden_states.3", "last_hidden_state"]);
  for (const { data } of tensors) expect(data).toEqual(expected);
});
