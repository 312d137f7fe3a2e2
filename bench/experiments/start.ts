/** The processor time of a Worker's start, from wrangler's own profile of it. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { StagedWorker } from "../../src/cli/deploy/staged-configs.ts";
import { configureStages } from "../../support/runtimes/stages.ts";
import type { Quantity } from "../rows.ts";
import { median, type Rounds } from "../statistics.ts";
import type { Experiment } from "./experiment.ts";
import { seconds } from "./timing.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const WRANGLER = join(REPOSITORY, "node_modules/.bin/wrangler");

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

async function startOf(
  configPath: string,
  hasKernels: boolean,
  { warmUps, repeats }: Rounds,
): Promise<Quantity> {
  const folder = await mkdtemp(join(tmpdir(), "undertone-bench-start-"));
  const file = join(folder, "start.cpuprofile");
  const args = ["check", "startup", "--config", configPath, "--outfile", file];
  const times: number[] = [];
  for (let run = -warmUps; run < repeats; run++) {
    await promisify(execFile)(WRANGLER, args, {
      cwd: REPOSITORY,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
    });
    const profile: CpuProfile = JSON.parse(await readFile(file, "utf8"));
    if (hasKernels) checkKernels(profile);
    if (run >= 0) times.push(activeMs(profile));
  }
  await rm(folder, { recursive: true });
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
