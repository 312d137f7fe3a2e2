/** The processor time of a Worker's start, from wrangler's own profile of it. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { experimental_readRawConfig } from "wrangler";
import type { StagedWorker } from "../../src/cli/deploy/staged-configs.ts";
import { runWrangler } from "../../src/cli/wrangler/run.ts";
import { withWholePaths } from "../../src/cli/wrangler/whole-paths.ts";
import { configureStages } from "../../support/runtimes/stages.ts";
import type { Quantity } from "../rows.ts";
import { median, type Rounds } from "../statistics.ts";
import type { Experiment } from "./experiment.ts";
import { seconds } from "./timing.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}

/** A profile by Chrome DevTools' protocol (Profiler.Profile): times are in microseconds. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Milliseconds of the start, with all that the isolate does before its first request, of each kind of Worker. */
export const start: Experiment = {
  answers: ["start", "start-front", "start-stage"],
  async run({ options }) {
    const { front, stages } = await configureStages(2);
    const [stage] = stages as [StagedWorker];
    const measure = (configPath: string, hasKernels: boolean) =>
      startOf(configPath, hasKernels, options);
    return {
      findings: [
        { row: "start", measured: await measure(join(REPOSITORY, "wrangler.toml"), true) },
        { row: "start-front", measured: await measure(front.configPath, false) },
        { row: "start-stage", measured: await measure(stage.configPath, true) },
      ],
    };
  },
};

const DATABASE_ID = "00000000-0000-0000-0000-000000000000";

/**
 * Bundles the Worker as a deployment would: `check startup` itself builds wrangler.toml's whatever its `--config` says. Its databases
 * get ids: wrangler profiles none that a deployment has yet to provision, and without its database a Worker is set up wrongly and
 * warms nothing up.
 */
async function bundleWorker(configPath: string, folder: string): Promise<string> {
  const { rawConfig } = experimental_readRawConfig({ config: configPath });
  const config = withWholePaths(rawConfig, REPOSITORY);
  const d1_databases = (config.d1_databases ?? []).map((database) => ({
    ...database,
    database_id: DATABASE_ID,
  }));
  const profiled = join(folder, "wrangler.json");
  await writeFile(profiled, JSON.stringify({ ...config, d1_databases }));
  const bundle = join(folder, "worker.bundle");
  await wrangler(["deploy", "--dry-run", "--config", profiled, "--outfile", bundle]);
  return bundle;
}

/** @throws Error with wrangler's words */
async function wrangler(args: readonly string[]): Promise<void> {
  const { status, output } = await runWrangler(args);
  if (status !== 0) throw new Error(output);
}

async function startOf(
  configPath: string,
  hasKernels: boolean,
  { warmUps, repeats }: Rounds,
): Promise<Quantity> {
  const folder = await mkdtemp(join(tmpdir(), "undertone-bench-start-"));
  const file = join(folder, "start.cpuprofile");
  const times: number[] = [];
  try {
    const bundle = await bundleWorker(configPath, folder);
    const args = ["check", "startup", "--worker", bundle, "--outfile", file];
    for (let run = -warmUps; run < repeats; run++) {
      await wrangler(args);
      const profile: CpuProfile = JSON.parse(await readFile(file, "utf8"));
      if (hasKernels) checkKernels(profile);
      if (run >= 0) times.push(activeMs(profile));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const detail = `${seconds(Math.min(...times))} to ${seconds(Math.max(...times))}`;
  return { value: median(times), detail };
}

/** @throws Error if the profile ends before the kernels were computed */
function checkKernels({ nodes }: CpuProfile): void {
  if (nodes.some(({ callFrame }) => callFrame.url.startsWith("wasm:"))) return;
  throw new Error(
    "the profile of the start has no kernels in it: the machine is too busy, or the warm-up is off",
  );
}

function activeMs({ nodes, samples, timeDeltas }: CpuProfile): number {
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id),
  );
  const active = timeDeltas.filter((_, index) => !idle.has(samples[index]));
  return active.reduce((sum, delta) => sum + delta, 0) / 1000;
}
