import { afterAll, beforeAll, expect, it } from "vitest";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";

const ROUNDS = 60;

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  await installGolden(worker.bucket, "tiny-group", "q8");
});
afterAll(() => worker?.stop());

/** It is answered as soon as its path is known to be wrong, while the default model is still being read. */
const endsEarly = () => worker.fetch("/v1/models/%00");

it("a read that outlives the request that began it holds up no other request", async () => {
  const statuses = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const early = endsEarly();
    const others = Array.from({ length: 3 }, () => worker.fetch("/v1/models"));
    await early;
    for (const { status } of [...(await Promise.all(others)), await worker.fetch("/v1/models")]) {
      statuses.add(status);
    }
  }
  expect([...statuses]).toEqual([200]);
  expect(worker.logs().filter(({ event }) => event === "unexpected-error")).toEqual([]);
});
