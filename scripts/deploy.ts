/** `npm run deploy`: makes what is missing on a Cloudflare account, deploys the Worker, and proves that it works. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { dryRun } from "../src/cli/deploy/bundle.ts";
import { type Deployed, firstKey, firstModel, proveIt } from "../src/cli/deploy/first-use.ts";
import { workersOf } from "../src/cli/deploy/staged-configs.ts";
import { deployWorker } from "../src/cli/deploy/steps.ts";
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
  const { env, domain, stages, location, model, "dry-run": isDryRun } = readOptions();
  const workers = await workersOf(configOf({ name: env, domain }), stages);
  // wrangler asks nothing then.
  const wrangler = (args: readonly string[]) => runWrangler(args, { CI: "true" });
  if (isDryRun) {
    for (const { configPath } of [...workers.stages, workers.front]) {
      const gzipKib = await dryRun(configPath, wrangler);
      console.log(`${pathOf(configPath)}: ${gzipKib} KiB gzipped; nothing was deployed.`);
    }
    return;
  }
  const { configPath } = workers.front;
  console.log(`Deploying ${pathOf(configPath)}`);
  const site = existsSync(SITE) ? SITE : undefined;
  const request = { configPath, stages: workers.stages, location, site };
  const url = await deployWorker(request, wrangler, console.log);
  const deployed: Deployed = { remote: true, ...(env !== undefined && { env }) };
  await firstModel(deployed, () => installModel(model, env), console.log);
  await firstKey(deployed, console.log);
  if (url === null) {
    return console.log("wrangler names no address: run 'npx undertone doctor' with the Worker's.");
  }
  if (!(await proveIt(deployed, url, console.log))) process.exitCode = 1;
}

function pathOf(configPath: string): string {
  return relative(process.cwd(), configPath);
}

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
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
async function installModel(model: string, env: string | undefined): Promise<void> {
  const where = env === undefined ? ["--remote"] : ["--env", env];
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
