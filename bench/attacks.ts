/** `npm run bench:attacks`: what each attack costs a Node server with a heap of 512 MB, and workerd. */
import { setTimeout as pause } from "node:timers/promises";
import { Command, Option } from "commander";
import { type Attack, type Runtime, tally, type Victim } from "./hostile/attack.ts";
import type { Struck } from "./hostile/attacker.ts";
import { type Checkout, openCheckout } from "./hostile/checkout.ts";
import type { Health } from "./hostile/health-poller.ts";
import { ATTACKS } from "./hostile/known-attacks.ts";
import { startNodeService } from "./hostile/node-service.ts";
import { startHealthPoller } from "./hostile/polled-health.ts";
import { ask, startScript } from "./hostile/processes.ts";
import type { Service } from "./hostile/service.ts";
import { startWorkerdService } from "./hostile/workerd-service.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { wholeNumber } from "./options.ts";
import { markdownTable } from "./table.ts";

const RUNTIMES: readonly Runtime[] = ["Node", "workerd"];
const MAX_STALL_MS = 100;
/** Work caused by an attack may continue after its answer. */
const AFTERMATH_MS = 1_000;
/** A process that has died can be asked no more. */
const SAMPLE_MS = 100;

interface Flags {
  readonly only: readonly string[];
  readonly runtime: readonly Runtime[];
  readonly server?: string;
  readonly limit: number;
  readonly hold: number;
  readonly markdown?: boolean;
}

/** Result of an attack. */
interface Damage {
  /** Until the last answer; null if it did not come within the limit. */
  readonly seconds: number | null;
  readonly answers: string;
  readonly peakBytes: number;
  readonly health: Health;
  readonly isAlive: boolean;
}

const names = ATTACKS.map(({ name }) => name);
const flags = new Command("bench:attacks")
  .description("attack the service and measure what it costs")
  .addOption(new Option("--only <name...>", "do these").choices(names).default(names))
  .addOption(new Option("--runtime <name...>", "in these").choices(RUNTIMES).default(RUNTIMES))
  .option("--server <dir>", "attack another checkout's service")
  .option("--limit <seconds>", "wait so long for an attack's answer", wholeNumber, 120)
  .option("--hold <seconds>", "hold connections that are not answered", wholeNumber, 10)
  .option("--markdown", "print Markdown and where it was measured, for the documents")
  .parse()
  .opts<Flags>();

const checkout = await openCheckout(flags.server);
const rows: string[][] = [];
try {
  for (const runtime of flags.runtime) {
    for (const attack of ATTACKS) {
      if (!flags.only.includes(attack.name) || !attack.runtimes.includes(runtime)) continue;
      console.error(`${attack.name} in ${runtime}`);
      rows.push(rowOf(attack, runtime, await damageOf(attack, runtime)));
      if (!flags.markdown) console.error(`  ${rows.at(-1)?.slice(2).join(", ")}`);
    }
  }
} finally {
  await checkout.remove();
}
const header = [
  "attack",
  "runtime",
  "seconds",
  "answer",
  "peak RSS (MB)",
  "stall (ms)",
  "alive",
  "",
];
console.log(markdownTable(header, rows));
if (flags.markdown) console.log(`\nMeasured on ${machineSentence(describeMachine())}`);

/** Does an attack on a service of its own. */
async function damageOf(attack: Attack, runtime: Runtime): Promise<Damage> {
  const service = await start(checkout, runtime);
  const attacker = await startScript("attacker.ts", [attack.name]);
  const poller = await startHealthPoller(service);
  let peakBytes = 0;
  const sample = () => {
    peakBytes = Math.max(peakBytes, service.peakBytes());
  };
  const sampling = setInterval(sample, SAMPLE_MS);
  try {
    const victim: Victim = { url: service.url, holdMs: flags.hold * 1000 };
    const limit = pause(flags.limit * 1000, null, { ref: false });
    const struck = await Promise.race([ask<Struck>(attacker, victim), limit]);
    await pause(AFTERMATH_MS);
    sample();
    const health = await ask<Health>(poller, {});
    return {
      seconds: struck?.seconds ?? null,
      answers: await answersOf(struck, service),
      peakBytes,
      health,
      isAlive: await service.isAlive(),
    };
  } finally {
    clearInterval(sampling);
    attacker.kill("SIGKILL");
    poller.kill("SIGKILL");
    await service.stop();
  }
}

async function answersOf(struck: Struck | null, service: Service): Promise<string> {
  if (struck === null) return "none";
  return (await service.loggedAnswer()) ?? tally(struck.answers);
}

function start(of: Checkout, runtime: Runtime): Promise<Service> {
  return runtime === "Node" ? startNodeService(of, { isOpen: true }) : startWorkerdService(of);
}

function rowOf(attack: Attack, runtime: Runtime, damage: Damage): string[] {
  const { seconds, answers, peakBytes, health, isAlive } = damage;
  const isKept = isAlive && (runtime === "workerd" || health.longestMs <= MAX_STALL_MS);
  return [
    attack.what,
    runtime,
    seconds === null ? `> ${flags.limit}` : seconds.toFixed(1),
    answers,
    (peakBytes / 1e6).toFixed(0),
    health.longestMs.toFixed(0),
    isAlive ? "yes" : "no",
    isKept ? "pass" : "miss",
  ];
}
