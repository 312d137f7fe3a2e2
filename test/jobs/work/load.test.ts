import { expect, it } from "vitest";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp } from "../../support/http/service.ts";
import { startJobService } from "../../support/jobs/job-service.ts";
import { CLIENTS, CLIPS, JOBS } from "../../support/jobs/load.ts";

const CONSUMERS = 4;

/** A registry whose engines are counted at work. */
async function countedRegistry(): Promise<{ models: ModelRegistry; runs(): number }> {
  const inner = await tinyRegistry();
  let runs = 0;
  return {
    models: {
      ...inner,
      async open(id) {
        const engine = await inner.open(id);
        return {
          ...engine,
          run(...args) {
            runs++;
            return engine.run(...args);
          },
        };
      },
    },
    runs: () => runs,
  };
}

it(`${JOBS} jobs of ${CLIENTS} clients at once are all done, each of ${CLIPS} clips computed once`, async () => {
  const { models, runs } = await countedRegistry();
  const service = await startJobService({}, models);
  const ids: string[] = [];
  const submitAll = async (client: number) => {
    for (let index = client; index < JOBS; index += CLIENTS) {
      ids[index] = await service.submit(chirp(480 + 8 * (index % CLIPS)));
    }
  };
  let isSubmitted = false;
  const consumeAll = async () => {
    while (!isSubmitted) {
      if (!(await service.consumeOne())) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const consumers = Array.from({ length: CONSUMERS }, consumeAll);
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => submitAll(client)));
  isSubmitted = true;
  await Promise.all(consumers);
  await service.drain();

  expect(new Set(ids).size).toBe(JOBS);
  expect(runs()).toBe(CLIPS);
  const results = new Map<number, string>();
  for (const [index, id] of ids.entries()) {
    const response = await service.app.request(`/v1/jobs/${id}/result?format=json&encoding=base64`);
    expect(response.status, id).toBe(200);
    const text = await response.text();
    expect(results.get(index % CLIPS) ?? text).toBe(text);
    results.set(index % CLIPS, text);
  }
  expect(new Set(results.values()).size).toBe(CLIPS);
  expect(await service.platform.files.list("results/")).toHaveLength(CLIPS);
}, 180_000);
