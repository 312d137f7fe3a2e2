/** A deployment with stages in real workerd: a Worker in front, and the stages that it binds. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type StagedDeployment, writeStagedConfigs } from "../../src/cli/deploy/staged-configs.ts";
import { type BootedWorker, bootWorker } from "./workerd.ts";

const CONFIG = join(import.meta.dirname, "../../wrangler.toml");

/** Configures a front Worker and its stages as 'npm run deploy -- --stages' does, in a folder of their own. */
export async function configureStages(stages: number): Promise<StagedDeployment> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-stages-"));
  return writeStagedConfigs(CONFIG, stages, directory);
}

/** Boots them in one workerd; `vars` replace those of the front Worker. */
export async function bootStagedWorker(
  stages: number,
  vars: Readonly<Record<string, string>> = {},
): Promise<BootedWorker> {
  const deployment = await configureStages(stages);
  return bootWorker(vars, {
    configPath: deployment.front.configPath,
    others: deployment.stages.map(({ configPath }) => ({ configPath })),
  });
}
