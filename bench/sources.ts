/** `npm run bench:sources`: time and memory of building packs from full-size files of each kind, into docs/models.md. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checkpoint } from "../src/model/checkpoint/checkpoint.ts";
import {
  type SyntheticKind,
  syntheticCheckpoint,
} from "../src/model/checkpoint/synthetic/synthetic.ts";
import type { Precision } from "../src/model/pack/precision.ts";
import { writeConfigs } from "./checkpoint-files/configs.ts";
import { writeSafetensors } from "./checkpoint-files/safetensors-writer.ts";
import { writeTorchFile } from "./checkpoint-files/torch-writer.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { replaceSection } from "./report.ts";
import { markdownTable } from "./table.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const MEGABYTE = 1e6;

/** Targets: base-plus within 1.5 times its file, large within 4 GB. */
const PROMISES: Readonly<Record<string, (fileBytes: number) => number>> = {
  "base-plus": (fileBytes) => 1.5 * fileBytes,
  large: () => 4e9,
};

const FORMATS: readonly [name: string, write: (from: Checkpoint, to: string) => Promise<void>][] = [
  ["model.safetensors", writeSafetensors],
  ["pytorch_model.bin", writeTorchFile],
];
const MODELS: readonly SyntheticKind[] = ["base-plus", "large"];
const PRECISIONS: readonly Precision[] = ["fp32", "q8"];

const directory = await mkdtemp(join(tmpdir(), "undertone-sources-"));
try {
  const rows: string[][] = [];
  for (const model of MODELS) {
    for (const [fileName, write] of FORMATS) rows.push(...(await measure(model, fileName, write)));
  }
  const header = ["model", "file", "MB", "precision", "seconds", "peak MB", "peak / file", ""];
  const table = markdownTable(header, rows);
  console.log(table);
  replaceSection("sources", `${machineSentence(describeMachine())}\n\n${table}`, "models.md");
} finally {
  await rm(directory, { recursive: true });
}

/** Writes a file, builds from it in each precision, and removes it: the largest are over a gigabyte. */
async function measure(
  model: SyntheticKind,
  fileName: string,
  write: (from: Checkpoint, to: string) => Promise<void>,
): Promise<string[][]> {
  const checkpoint = syntheticCheckpoint(model);
  const source = join(directory, model);
  await mkdir(source);
  await writeConfigs(checkpoint, source);
  await write(checkpoint, join(source, fileName));
  const { size } = await stat(join(source, fileName));
  const promised = PROMISES[model]?.(size) ?? 0;
  const rows: string[][] = [];
  for (const precision of PRECISIONS) {
    const { seconds, peakBytes } = await build(source, precision);
    rows.push([
      model,
      fileName,
      (size / MEGABYTE).toFixed(0),
      precision,
      seconds.toFixed(1),
      (peakBytes / MEGABYTE).toFixed(0),
      (peakBytes / size).toFixed(2),
      peakBytes <= promised ? "pass" : "miss",
    ]);
  }
  await rm(source, { recursive: true });
  return rows;
}

/** Builds as users do, in a process of its own. */
async function build(source: string, precision: Precision) {
  const peakFile = join(directory, "peak");
  const out = join(directory, "pack");
  const command = [
    "--import",
    join(REPOSITORY, "bench/peak-memory.ts"),
    join(REPOSITORY, "src/cli/undertone.ts"),
    ...["pack", "build", source, "--precision", precision, "--out", out],
  ];
  const startedAtMs = performance.now();
  const status = await new Promise((resolve) => {
    const env = { ...process.env, PEAK_MEMORY_FILE: peakFile };
    spawn(process.execPath, command, { stdio: ["ignore", "inherit", "inherit"], env }).on(
      "exit",
      resolve,
    );
  });
  if (status !== 0) throw new Error(`building ${source} ended with status ${status}`);
  const seconds = (performance.now() - startedAtMs) / 1000;
  await rm(out, { recursive: true });
  return { seconds, peakBytes: Number(await readFile(peakFile, "utf8")) };
}
