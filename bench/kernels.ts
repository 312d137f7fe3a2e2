/** `npm run bench:kernels`: operations per second of each kernel on one thread, as engines and processors differ, into docs/performance.md. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { KERNEL_CASES } from "./kernel-cases/cases.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { wholeNumber } from "./options.ts";
import { replaceSection } from "./report.ts";
import { median } from "./statistics.ts";
import { markdownTable } from "./table.ts";

const CHILD = join(import.meta.dirname, "kernel-cases/child.ts");
const BUILDS = join(import.meta.dirname, "../build/unshared");

/** Ways to run the kernels: the build, and V8's flags. */
const WAYS: readonly {
  readonly title: string;
  readonly build: string;
  readonly flags: readonly string[];
}[] = [
  { title: "Node", build: "relaxed-simd", flags: [] },
  {
    title: "with bounds checks",
    build: "relaxed-simd",
    flags: ["--wasm-enforce-bounds-checks"],
  },
  // V8 knows the flag on x86-64 alone.
  ...(process.arch === "x64"
    ? [{ title: "without AVX-VNNI", build: "relaxed-simd", flags: ["--no-enable-avx-vnni"] }]
    : []),
  { title: "without relaxed SIMD", build: "simd", flags: [] },
];

const { rounds } = new Command("bench:kernels")
  .description("time the kernels of the engine, one by one, on one thread")
  .option(
    "--rounds <n>",
    "processes of each way, which take turns; the median counts",
    wholeNumber,
    5,
  )
  .parse()
  .opts<{ rounds: number }>();

const measured = WAYS.map((): number[][] => []);
for (let round = 0; round < rounds; round++) {
  for (const [way, { build, flags }] of WAYS.entries()) {
    measured[way]?.push(await timesOf(build, flags));
  }
}
const rows = KERNEL_CASES.map(({ title, operations, unit }, index) => [
  title,
  `G${unit}/s`,
  ...measured.map((runs) => {
    const milliseconds = median(runs.map((times) => times[index]));
    return (operations / milliseconds / 1e6).toFixed(1);
  }),
]);
const header = ["kernel", "unit", ...WAYS.map(({ title }) => title)];
const table = markdownTable(header, rows);
console.log(table);
replaceSection("kernels", `${machineSentence(describeMachine())}\n\n${table}`);

/** Milliseconds of each case, in a process of its own. */
async function timesOf(build: string, flags: readonly string[]): Promise<number[]> {
  const child = [...flags, CHILD, join(BUILDS, `${build}.wasm`)];
  const { stdout } = await promisify(execFile)(process.execPath, child);
  return JSON.parse(stdout);
}
