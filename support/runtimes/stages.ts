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

/** What stages have in place of what 'npm run deploy' gives them. */
export interface StageChanges {
  /** Variables of each. */
  readonly vars?: Readonly<Record<string, string>>;
  /** The last one's bucket of packs. */
  readonly packsOfLast?: string | undefined;
}

/** Boots them in one workerd; `vars` replace those of the front Worker. */
export async function bootStagedWorker(
  stages: number,
  vars: Readonly<Record<string, string>> = {},
  changes: StageChanges = {},
): Promise<BootedWorker> {
  const deployment = await configureStages(stages);
  for (const stage of deployment.stages) {
    await changeStage(stage, stage === deployment.stages.at(-1), changes);
  }
  return bootWorker(vars, {
    configPath: deployment.front.configPath,
    others: deployment.stages.map(({ configPath }) => ({ configPath })),
  });
}

async function changeStage(
  { configPath }: StagedWorker,
  isLast: boolean,
  { vars, packsOfLast }: StageChanges,
): Promise<void> {
  const config = JSON.parse(await readFile(configPath, "utf8"));
  config.vars = { ...config.vars, ...vars };
  if (isLast && packsOfLast !== undefined) {
    config.r2_buckets = [{ binding: "PACKS", bucket_name: packsOfLast }];
  }
  await writeFile(configPath, JSON.stringify(config));
}
