/** Undertone in workerd over a store as at the edge: one Worker alone, or one in front of stages. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProgressReport } from "../../src/cli/output/progress.ts";
import { configureStages } from "../../support/runtimes/stages.ts";
import { bootWorker } from "../../support/runtimes/workerd.ts";
import { type Service, serviceOf } from "./service.ts";

const ENTRIES = join(import.meta.dirname, "edge");

/**
 * Boots it with the pack in `packDirectory` as its only one.
 * @param stages 1 for one Worker alone
 */
export async function startEdgeService(
  packDirectory: string,
  stages: number,
  report: ProgressReport,
): Promise<Service> {
  const isAlone = stages === 1;
  const deployment = await configureStages(stages);
  await changeConfig(deployment.front.configPath, {
    main: join(ENTRIES, isAlone ? "alone.ts" : "front.ts"),
    ...(isAlone && { services: [] }),
  });
  for (const { configPath } of deployment.stages) {
    await changeConfig(configPath, { main: join(ENTRIES, "stage.ts") });
  }
  const worker = await bootWorker(
    {},
    {
      configPath: deployment.front.configPath,
      others: isAlone ? [] : deployment.stages.map(({ configPath }) => ({ configPath })),
    },
  );
  return serviceOf(worker, {}, packDirectory, report);
}

async function changeConfig(path: string, changes: object): Promise<void> {
  const config = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...config, ...changes }));
}
