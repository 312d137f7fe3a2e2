/** `npm run fuzz`: hostile clips into the decoders and hostile requests into the service, for a time that is given. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, Option } from "commander";
import { wholeNumber } from "../../bench/options.ts";
import { CLIPS } from "./clips.ts";
import { NODE_TARGETS, WORKERD_TARGET } from "./services.ts";
import type { Finding, FuzzTarget } from "./target.ts";

const TARGETS: readonly FuzzTarget[] = [CLIPS, ...NODE_TARGETS, WORKERD_TARGET];
/** Decoders are most of what strangers reach. */
const SHARES: Readonly<Record<string, number>> = { clips: 3 };
const FINDINGS = "build/fuzz";
const MAX_FINDINGS = 10;

interface Flags {
  readonly seconds: number;
  readonly seed?: number;
  readonly only: readonly string[];
}

const names = TARGETS.map(({ name }) => name);
const flags = new Command("fuzz")
  .description("send hostile clips and requests, and tell what goes wrong")
  .option("--seconds <number>", "for how long, in all", wholeNumber, 120)
  .option("--seed <number>", "begin with this seed; the time if left out", wholeNumber)
  .addOption(new Option("--only <name...>", "these alone").choices(names).default(names))
  .parse()
  .opts<Flags>();

const firstSeed = flags.seed ?? Date.now() % 2 ** 31;
console.log(`seed ${firstSeed}`);
const targets = TARGETS.filter(({ name }) => flags.only.includes(name));
const shares = targets.reduce((sum, { name }) => sum + (SHARES[name] ?? 1), 0);
let cases = 0;
let failed = 0;
for (const target of targets) {
  const limitMs = (flags.seconds * 1000 * (SHARES[target.name] ?? 1)) / shares;
  const outcome = await fuzz(target, limitMs);
  cases += outcome.cases;
  failed += outcome.failed;
}
console.log(`${cases} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function fuzz(
  target: FuzzTarget,
  limitMs: number,
): Promise<{ cases: number; failed: number }> {
  const open = await target.open();
  const endMs = performance.now() + limitMs;
  let count = 0;
  let failures = 0;
  try {
    for (let seed = firstSeed; performance.now() < endMs && failures < MAX_FINDINGS; seed++) {
      const { cases: tried, finding } = await open.round(seed, endMs - performance.now());
      count += tried;
      if (finding === null) continue;
      failures++;
      console.log(`${target.name}: ${finding.wrong}\n  ${finding.case}\n  ${await keep(finding)}`);
    }
    const left = await open.end();
    if (left !== null) {
      failures++;
      console.log(`${target.name}: ${left}`);
    }
    console.log(`${target.name}: ${count} cases, ${failures} findings; ${open.summary()}`);
  } finally {
    await open.close();
  }
  return { cases: count - failures, failed: failures };
}

/** Writes it down and gives where: what went wrong, and the smallest bytes that do it. */
async function keep({ bytes, ...finding }: Finding): Promise<string> {
  const folder = join(FINDINGS, `${finding.target}-${finding.seed}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "finding.json"), `${JSON.stringify(finding, null, 2)}\n`);
  await writeFile(join(folder, "body.bin"), bytes);
  return folder;
}
