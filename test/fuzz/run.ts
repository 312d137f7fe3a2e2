/** `npm run fuzz`: hostile clips into the decoders and hostile requests into the service, for a time that is given. */
import { Command, Option } from "commander";
import { wholeNumber } from "../../bench/options.ts";
import { FINDINGS, findingsIn, keep, MENDED } from "./findings/files.ts";
import { titleOf } from "./findings/finding.ts";
import { replay } from "./replay.ts";
import type { FuzzTarget } from "./target.ts";
import { SHARES, TARGETS } from "./targets.ts";

const MAX_FINDINGS = 10;

interface Flags {
  readonly seconds: number;
  readonly seed?: number;
  readonly only: readonly string[];
  readonly replay: boolean | string;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const names = TARGETS.map(({ name }) => name);
const flags = new Command("fuzz")
  .description("send hostile clips and requests, and tell what goes wrong")
  .option("--seconds <number>", "for how long, in all", wholeNumber, 120)
  .option("--seed <number>", "begin with this seed; the time if left out", wholeNumber)
  .addOption(new Option("--only <name...>", "these alone").choices(names).default(names))
  .option("--replay [folder]", `try findings again: those of ${MENDED} and ${FINDINGS}`, false)
  .parse()
  .opts<Flags>();

const targets = TARGETS.filter(({ name }) => flags.only.includes(name));
const { passed, failed } = flags.replay === false ? await fuzzAll() : await replayAll();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function replayAll(): Promise<Outcome> {
  const folders = typeof flags.replay === "string" ? [flags.replay] : [MENDED, FINDINGS];
  const files = (await Promise.all(folders.map(findingsIn))).flat();
  const chosen = files.filter(({ finding }) => flags.only.includes(finding.target));
  let wrong = 0;
  for await (const replayed of replay(targets, chosen)) {
    if (replayed.wrong !== null) wrong++;
    console.log(`${replayed.path}: ${replayed.wrong ?? "well"}`);
  }
  return { passed: chosen.length - wrong, failed: wrong };
}

async function fuzzAll(): Promise<Outcome> {
  const firstSeed = flags.seed ?? Date.now() % 2 ** 31;
  console.log(`seed ${firstSeed}`);
  const shares = targets.reduce((sum, { name }) => sum + shareOf(name), 0);
  let passed = 0;
  let failed = 0;
  for (const target of targets) {
    const limitMs = (flags.seconds * 1000 * shareOf(target.name)) / shares;
    const outcome = await fuzz(target, firstSeed, limitMs);
    passed += outcome.passed;
    failed += outcome.failed;
  }
  return { passed, failed };
}

function shareOf(name: string): number {
  return SHARES[name] ?? 1;
}

async function fuzz(target: FuzzTarget, firstSeed: number, limitMs: number): Promise<Outcome> {
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
      const title = titleOf(finding);
      console.log(`${target.name}: ${finding.wrong}\n  ${title}\n  ${await keep(finding)}`);
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
  return { passed: count - failures, failed: failures };
}
