/** `npm run bench:honest`: latency of honest clients under attack and alone. */
import { Command } from "commander";
import { tellCounts } from "./hostile/attack.ts";
import { openCheckout } from "./hostile/checkout.ts";
import { crowdsFor, gather } from "./hostile/crowds.ts";
import type { Answered, Crowd, LoadResult } from "./hostile/load-generator.ts";
import { startNodeService } from "./hostile/node-service.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { wholeNumber } from "./options.ts";
import { percentile } from "./statistics.ts";
import { markdownTable } from "./table.ts";

const MAX_RATIO = 3;
const WARM_UP_SECONDS = 5;

interface Flags {
  readonly seconds: number;
  readonly honest: number;
  readonly slow: number;
  readonly attackers: number;
  readonly server?: string;
}

const flags = new Command("bench:honest")
  .description("time honest clients of a Node server alone, and among slow and hostile ones")
  .option("--seconds <n>", "how long each of the two lasts", wholeNumber, 120)
  .option("--honest <n>", "honest clients, a clip of 5 s every 2 s each", wholeNumber, 20)
  .option("--slow <n>", "connections of 100 bytes a second", wholeNumber, 50)
  .option("--attackers <n>", "hostile clients, an attack every 2 s each", wholeNumber, 10)
  .option("--server <dir>", "another checkout's server")
  .parse()
  .opts<Flags>();

const checkout = await openCheckout(flags.server);
const service = await startNodeService(checkout, { isOpen: false });
try {
  const { slow, attackers: hostile } = flags;
  const honest = await crowdsFor(service, { honest: flags.honest });
  const others = await crowdsFor(service, { slow, hostile });
  await work(honest, WARM_UP_SECONDS);
  console.error(`honest clients alone for ${flags.seconds} s`);
  const alone = await work(honest, flags.seconds);
  console.error(`all together for ${flags.seconds} s`);
  const [together, rest] = await workBeside(honest, others, flags.seconds);
  const ratio = report(alone.honest, together.honest, rest);
  const isAlive = await service.isAlive();
  if (!isAlive) console.log("\nThe server died.");
  process.exitCode = isAlive && ratio <= MAX_RATIO ? 0 : 1;
} finally {
  await service.stop();
  await checkout.remove();
}

async function work(crowds: readonly Crowd[], seconds: number): Promise<LoadResult> {
  return (await gather(crowds)).begin(seconds);
}

/** The honest clients' process waits for nobody else's work. */
async function workBeside(
  crowds: readonly Crowd[],
  others: readonly Crowd[],
  seconds: number,
): Promise<[LoadResult, LoadResult]> {
  const generators = [await gather(crowds), await gather(others)] as const;
  return Promise.all([generators[0].begin(seconds), generators[1].begin(seconds)]);
}

/** Prints what came of it and gives the ratio of the 99th percentiles. */
function report(
  alone: Answered | undefined,
  together: Answered | undefined,
  rest: LoadResult,
): number {
  if (alone === undefined || together === undefined)
    throw new Error("there were no honest clients");
  const p99 = (of: Answered) => percentile(of.milliseconds, 0.99);
  const ratio = p99(together) / p99(alone);
  const row = (name: string, answered: Answered) => [
    name,
    percentile(answered.milliseconds, 0.5).toFixed(0),
    p99(answered).toFixed(0),
    answersOf(answered),
  ];
  const header = ["honest clients", "p50 (ms)", "p99 (ms)", "answers"];
  console.log(markdownTable(header, [row("alone", alone), row("among others", together)]));
  const verdict = ratio <= MAX_RATIO ? "pass" : "miss";
  console.log(`\nRatio of the p99: ${ratio.toFixed(2)} (at most ${MAX_RATIO}: ${verdict}).\n`);
  for (const [kind, answered] of Object.entries(rest)) {
    console.log(`${kind}: ${answersOf(answered)}`);
  }
  console.log(`\nMeasured on ${machineSentence(describeMachine())}`);
  return ratio;
}

function answersOf({ counts }: Answered): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return tellCounts(Object.fromEntries(entries)) || "none";
}
