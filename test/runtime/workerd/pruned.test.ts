import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryStore } from "../../../src/store/memory.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";
import { computeAll, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { readSafetensors } from "../../support/http/answer-readers.ts";
import { wavOf } from "../../support/http/tasks.ts";
import { installPruned, PRUNED_MODELS, prunedReferences } from "../../support/model/pruned.ts";

const INPUT = "x16000";
const TOLERANCE = 1e-4;

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  for (const name of PRUNED_MODELS) {
    await installPruned(worker.bucket, name, "fp32");
    await installPruned(worker.bucket, name, "q8");
  }
});
afterAll(() => worker?.stop());

async function tensorsOf(model: string): Promise<Map<string, readonly number[]>> {
  const layers = "0,1,2,3,4,5,last_hidden_state,extract_features";
  const query = new URLSearchParams({ model, layers, format: "safetensors" });
  const response = await worker.fetch(`/v1/features?${query}`, {
    method: "POST",
    body: await wavOf(INPUT),
  });
  expect(response.status).toBe(200);
  const { tensors } = readSafetensors(new Uint8Array(await response.arrayBuffer()));
  return new Map([...tensors].map(([name, { values }]) => [name, [...values]]));
}

describe.each(PRUNED_MODELS)("in workerd, %s", (name) => {
  test("gives the reference's tensors in fp32", async () => {
    const actual = await tensorsOf(`${name}-fp32`);
    const { tensors } = await prunedReferences(name, INPUT);
    expect([...actual.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [tensor, values] of tensors) {
      const differences = actual.get(tensor)?.map((value, at) => Math.abs(value - values[at]));
      expect(Math.max(...(differences ?? [Number.NaN])), tensor).toBeLessThan(TOLERANCE);
    }
  });

  test("gives every bit of q8 that Node gives", async () => {
    const store = memoryStore();
    const engine = await nodeRegistry(store).open(await installPruned(store, name, "q8"));
    const actual = await tensorsOf(`${name}-q8`);
    for (const [tensor, matrix] of await computeAll(engine, await goldenSamples(INPUT))) {
      expect(actual.get(tensor), tensor).toEqual([...matrix.data]);
    }
  });
});
