/** The processor time of a Worker's start, from wrangler's own profile of it. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { median } from "../statistics.ts";
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

/** Milliseconds of the start, with all that the isolate does before its first request. */
export const start: Experiment = {
  answers: ["start"],
  async run({ options }) {
    const folder = await mkdtemp(join(tmpdir(), "undertone-bench-start-"));
    try {
      const times: number[] = [];
      for (let run = -options.warmUps; run < options.repeats; run++) {
        const file = join(folder, "start.cpuprofile");
        await promisify(execFile)(WRANGLER, ["check", "startup", "--outfile", file], {
          cwd: REPOSITORY,
          env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
        });
        if (run >= 0) times.push(activeMs(JSON.parse(await readFile(file, "utf8"))));
      }
      const detail = `${seconds(Math.min(...times))} to ${seconds(Math.max(...times))}`;
      return { findings: [{ row: "start", measured: { value: median(times), detail } }] };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** @throws Error if the profile ends before the kernels were computed */
function activeMs({ nodes, samples, timeDeltas }: CpuProfile): number {
  if (!nodes.some(({ callFrame }) => callFrame.url.startsWith("wasm:"))) {
    throw new Error(
      "the profile of the start has no kernels in it: the machine is too busy, or the warm-up is off",
    );
  }
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id),
  );
  const active = timeDeltas.filter((_, index) => !idle.has(samples[index]));
  return active.reduce((sum, delta) => sum + delta, 0) / 1000;
}
