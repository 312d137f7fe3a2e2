/** `npm run deploy`: makes what is missing on a Cloudflare account, deploys the Worker, warms it up, and proves that it works. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { dryRun } from "../src/cli/deploy/bundle.ts";
import { type Deployed, firstKey, firstModel } from "../src/cli/deploy/first-use.ts";
import {
  readRegionFile,
  regionNamed,
  writeRegionConfigs,
} from "../src/cli/deploy/region-configs.ts";
import {
  addressOfFront,
  askRegions,
  defaultFirst,
  deployFront,
  deployRegions,
  replicateToRegions,
} from "../src/cli/deploy/regional.ts";
import { workersOf } from "../src/cli/deploy/staged-configs.ts";
import { deployWorker } from "../src/cli/deploy/steps.ts";
import { tryOut, warmUpRegion } from "../src/cli/deploy/try-out.ts";
import { sentenceOf } from "../src/cli/output/sentence.ts";
import { configOf } from "../src/cli/wrangler/environment.ts";
import { runWrangler } from "../src/cli/wrangler/run.ts";
import { UndertoneError } from "../src/errors.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const SITE = join(REPOSITORY, "build/site");
const UNDERTONE = join(REPOSITORY, "src/cli/undertone.ts");

const OPTIONS = {
  env: { type: "string" },
  domain: { type: "string" },
  regions: { type: "boolean", default: false },
  only: { type: "string" },
  stages: { type: "string" },
  location: { type: "string" },
  model: { type: "string", default: "spoken-words" },
  "dry-run": { type: "boolean", default: false },
} as const;

try {
  await main();
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence === null) throw error;
  console.error(sentence);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const options = readOptions();
  await (options.regions ? deployInRegions(options) : deployAlone(options));
}

async function deployAlone(options: Options): Promise<void> {
  const { env, domain, stages, location, model } = options;
  const workers = await workersOf(configOf({ name: env, domain }), stages);
  if (options["dry-run"]) return bundle([...workers.stages, workers.front]);
  const { configPath } = workers.front;
  console.log(`Deploying ${pathOf(configPath)}`);
  const request = { configPath, stages: workers.stages, location, site: builtSite() };
  const url = await deployWorker(request, wrangler, console.log);
  const deployed: Deployed = { remote: true, ...(env !== undefined && { env }) };
  await firstModel(deployed, () => installModel(model, deployed), console.log);
  await firstKey(deployed, console.log);
  if (!(await tryOut(deployed, url, [], console.log))) process.exitCode = 1;
}

async function deployInRegions(options: Options): Promise<void> {
  const { domain, model, only } = options;
  const deployment = await writeRegionConfigs(configOf({ domain }), await readRegionFile());
  const regions = defaultFirst(deployment.regions);
  const chosen = only === undefined ? regions : [regionNamed(regions, only)];
  if (options["dry-run"]) {
    const workers = chosen.flatMap(({ stages, front }) => [...stages, front]);
    return bundle(only === undefined ? [...workers, deployment.front] : workers);
  }
  if (only !== undefined) {
    await deployRegions({ regions: chosen }, wrangler, console.log);
    console.log(
      `${only}: has this version now, the others and the Worker in front have theirs. Try it with '?region=${only}', then deploy all of them.`,
    );
    const url = await addressOfFront(deployment);
    return warmUpRegion({ remote: true }, url, only, console.log);
  }
  await deployRegions(deployment, wrangler, console.log);
  const first: Deployed = { remote: true, region: regions[0]?.region.name ?? "" };
  await firstModel(first, () => installModel(model, first), console.log);
  await replicateToRegions(deployment, console.log);
  const url = await deployFront(deployment, builtSite(), wrangler, console.log);
  await firstKey({ remote: true }, console.log);
  const names = regions.map(({ region }) => region.name);
  const isWell = await tryOut({ remote: true }, url, names, console.log);
  const areReady = url === null || (await askRegions(deployment, url, console.log));
  if (!isWell || !areReady) process.exitCode = 1;
}

/** wrangler asks nothing then. */
function wrangler(args: readonly string[]) {
  return runWrangler(args, { CI: "true" });
}

async function bundle(workers: readonly { readonly configPath: string }[]): Promise<void> {
  for (const { configPath } of workers) {
    const gzipKib = await dryRun(configPath, wrangler);
    console.log(`${pathOf(configPath)}: ${gzipKib} KiB gzipped; nothing was deployed.`);
  }
}

function builtSite(): string | undefined {
  return existsSync(SITE) ? SITE : undefined;
}

function pathOf(configPath: string): string {
  return relative(process.cwd(), configPath);
}

type Options = ReturnType<typeof readOptions>;

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const others = (["env", "stages", "location"] as const).filter((name) => name in values);
    if (values.only !== undefined && !values.regions) throw new Error("--only goes with --regions");
    if (!values.regions || others.length === 0) return values;
    throw new Error(`--regions goes with no --${others[0]}: ops/regions.json says it`);
  } catch (error) {
    throw new UndertoneError(
      "invalid-option",
      `${(error as Error).message}. The options are ${Object.keys(OPTIONS)
        .map((option) => `--${option}`)
        .join(", ")}.`,
    );
  }
}

/** By the command itself, which shows its progress. */
async function installModel(model: string, { env, region }: Deployed): Promise<void> {
  const ofEnvironment = env === undefined ? ["--remote"] : ["--env", env];
  const where = region === undefined ? ofEnvironment : ["--region", region];
  const child = spawn(process.execPath, [UNDERTONE, "pack", "install", model, ...where], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const status = await new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", resolve);
  });
  if (status !== 0) {
    throw new UndertoneError("internal", `The model ${model} could not be installed.`);
  }
}
