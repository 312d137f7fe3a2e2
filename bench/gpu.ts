/** `npm run bench:gpu`: how long clips take on this machine's GPU, into docs/performance.md. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { installPack } from "../src/cli/commands/pack-install.ts";
import type { DeviceBackend } from "../src/model/backend/backend.ts";
import { createNodeBackend } from "../src/model/backend/node/backend.ts";
import { findNodeWebgpu } from "../src/model/backend/node/webgpu.ts";
import type { AdapterReport } from "../src/model/backend/report.ts";
import type { Engine } from "../src/model/engine/engine.ts";
import { resolveTaps } from "../src/model/engine/taps/resolve.ts";
import type { Precision } from "../src/model/pack/precision.ts";
import { createModelRegistry } from "../src/model/pack/registry.ts";
import { checkNumbers, probedPrecisions } from "../src/model/probe/probe.ts";
import { filesystemStore } from "../src/store/filesystem.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { cachedPack, SILENT } from "./models.ts";
import { wholeNumber } from "./options.ts";
import { replaceSection } from "./report.ts";
import { type Clip, speechLikeClip } from "./speech-clip.ts";
import { median, type Rounds } from "./statistics.ts";

const SECTION = "gpu";
const LIMITS = { memoryBudgetBytes: 16e9, maxQueue: 0, windowSeconds: 30 };

interface Flags extends Rounds {
  readonly models: readonly string[];
  readonly precisions: readonly Precision[];
  readonly seconds: readonly string[];
  readonly allowSoftware?: boolean;
  readonly dryRun?: boolean;
}

const program = new Command("bench:gpu")
  .description("time clips on this machine's GPU")
  .option("--models <source...>", "what is computed", ["synthetic:base-plus", "synthetic:large"])
  .addOption(
    new Option("--precisions <name...>", "its precisions")
      .choices(["fp32", "fp16", "q4"])
      .default(["fp16", "q4"]),
  )
  .option("--seconds <n...>", "lengths of the clips", ["5", "30", "300"])
  .option("--repeats <n>", "timed runs of each", wholeNumber, 5)
  .option("--warm-ups <n>", "runs before them; the first one compiles shaders", wholeNumber, 2)
  .option("--allow-software", "time a software GPU too; its numbers are not written anywhere")
  .option("--dry-run", "print the table and write nothing")
  .parse();
const flags = program.opts<Flags>();

const host = await createNodeBackend();
const found = await findNodeWebgpu(host, { isForced: true });
if (found === null) fail("There is no GPU adapter here: see docs/backends.md for what Dawn needs.");
const { adapter } = found;
if (adapter.isSoftware && !flags.allowSoftware) {
  fail(`${adapter.description} computes on the processor: --allow-software times it all the same.`);
}
const device = await found.open();
await checkNumbers(device, probedPrecisions(adapter), { isForced: true });
const text = `${await table(device, adapter)}\n\n${provenance(adapter)}`;
console.log(text);
if (!flags.dryRun && !adapter.isSoftware) replaceSection(SECTION, text);
await device.close();
await host.close();

async function table(on: DeviceBackend, { hasFloat16 }: AdapterReport): Promise<string> {
  const rows = [
    "| model | precision | clip | first run | later runs | times real time |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  for (const model of flags.models) {
    for (const precision of flags.precisions) {
      if (precision === "fp16" && !hasFloat16) {
        rows.push(`| ${model} | fp16 | | | | no float16 here |`);
        continue;
      }
      for (const seconds of flags.seconds) {
        console.error(`timing ${model} in ${precision}, ${seconds} s`);
        const { firstMs, laterMs } = await timeOf(on, model, precision, Number(seconds));
        const factor = ((Number(seconds) * 1000) / laterMs).toFixed(1);
        rows.push(
          `| ${model} | ${precision} | ${seconds} s | ${firstMs.toFixed(0)} ms | ${laterMs.toFixed(0)} ms | ${factor} × |`,
        );
      }
    }
  }
  return rows.join("\n");
}

/** Milliseconds of the first run of an engine, weights read and shaders compiled, and the median of those after warm-ups. */
async function timeOf(
  on: DeviceBackend,
  model: string,
  precision: Precision,
  seconds: number,
): Promise<{ firstMs: number; laterMs: number }> {
  const folder = await mkdtemp(join(tmpdir(), "undertone-bench-gpu-"));
  try {
    const { directory } = await cachedPack(model, precision, SILENT);
    await installPack(directory, { directory: folder }, SILENT);
    const engine = await createModelRegistry({
      storage: filesystemStore(folder),
      backend: async () => on,
      defaultModel: "",
      reportDamage: (key, reason) => fail(`${key} ${reason}`),
      limits: LIMITS,
    }).open();
    const clip = speechLikeClip(seconds);
    const times: number[] = [];
    for (let run = 0; run < flags.warmUps + flags.repeats; run++) {
      times.push(await timeRun(engine, clip));
    }
    return { firstMs: times[0] as number, laterMs: median(times.slice(flags.warmUps)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function timeRun(engine: Engine, { samples }: Clip): Promise<number> {
  const taps = resolveTaps("last", engine.manifest.architecture.layerCount);
  const started = performance.now();
  const { backend } = await engine.run(samples, taps);
  if (backend !== "webgpu") throw new Error(`it was computed by ${backend}`);
  return performance.now() - started;
}

/** Conditions of the measurement. */
function provenance({ vendor, description }: AdapterReport): string {
  const command = `npm run bench:gpu -- ${process.argv.slice(2).join(" ")}`.trim();
  return `${vendor} ${description}, on ${machineSentence(describeMachine())} Medians of ${flags.repeats}, by \`${command}\`.`;
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
