/** A deployment with stages in real workerd: a Worker in front, and the stages that it binds. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type StagedDeployment,
  type StagedWorker,
  writeStagedConfigs,
} from "../../src/cli/deploy/staged-configs.ts";
import { type BootedWorker, bootWorker } from "./workerd.ts";

const CONFIG = join(import.meta.dirname, "../../wrangler.toml");

/** Configures a front Worker and its stages as 'npm run deploy -- --stages' does, in a folder of their own. */
export async function configureStages(stages: number): Promise<StagedDeployment> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-stages-"));
  return writeStagedConfigs(CONFIG, stages, directory);
}

/** Boots them in one workerd; `vars` replace those of the front Worker, `packsOfLast` names the last stage's bucket of packs. */
export async function bootStagedWorker(
  stages: number,
  vars: Readonly<Record<string, string>> = {},
  packsOfLast?: string,
): Promise<BootedWorker> {
  const deployment = await configureStages(stages);
  const last = deployment.stages.at(-1);
  if (packsOfLast !== undefined && last !== undefined) await bindPacks(last, packsOfLast);
  return bootWorker(vars, {
    configPath: deployment.front.configPath,
    others: deployment.stages.map(({ configPath }) => ({ configPath })),
  });
}

async function bindPacks({ configPath }: StagedWorker, bucketName: string): Promise<void> {
  const config = JSON.parse(await readFile(configPath, "utf8"));
  config.r2_buckets = [{ binding: "PACKS", bucket_name: bucketName }];
  await writeFile(configPath, JSON.stringify(config));
}
