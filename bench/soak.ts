/** `npm run bench:soak`: whether a Node server's memory stays where it is under good, bad and hostile clients. */
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { openCheckout } from "./hostile/checkout.ts";
import { crowdsFor, gather } from "./hostile/crowds.ts";
import type { Answered } from "./hostile/load-generator.ts";
import { startNodeService } from "./hostile/node-service.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { wholeNumber } from "./options.ts";
import { median } from "./statistics.ts";
import { markdownTable } from "./table.ts";

const MAX_RATIO = 1.05;
const SAMPLE_SECONDS = 5;
const REFERENCE_MINUTE = 5;
/** A hundred clients; a clip every two seconds of each honest one is half of what two cores compute. */
const CROWD = { honest: 20, slow: 30, mistaken: 40, hostile: 10 } as const;

/** Memory of the server at a time. */
interface Sample {
  readonly minute: number;
  readonly bytes: number;
}

const flags = new Command("bench:soak")
  .description("100 clients, and what memory the server holds in the end")
  .option("--minutes <n>", "how long", wholeNumber, 20)
  .option("--server <dir>", "another checkout's server")
  .parse()
  .opts<{ readonly minutes: number; readonly server?: string }>();

const checkout = await openCheckout(flags.server);
const service = await startNodeService(checkout, { isOpen: false });
try {
  const generator = await gather(await crowdsFor(service, CROWD));
  const startedMs = performance.now();
  const minuteNow = () => (performance.now() - startedMs) / 60_000;
  const working = generator.begin(flags.minutes * 60);
  const samples: Sample[] = [];
  const over = working.then(() => true);
  while (!(await Promise.race([over, pause(SAMPLE_SECONDS * 1000, false)]))) {
    if (!(await service.isAlive())) break;
    samples.push({ minute: minuteNow(), bytes: service.residentBytes() });
    const { minute, bytes } = samples.at(-1) as Sample;
    console.error(`${minute.toFixed(1)} min: ${megabytes(bytes)} MB`);
  }
  const isAlive = await service.isAlive();
  if (!isAlive) generator.stop();
  const result = isAlive ? await working : {};
  const isKept = reportMemory(samples);
  const isWell = reportAnswers(Object.entries(result));
  console.log(isAlive ? "The server lives." : "The server DIED.");
  console.log(`\nMeasured on ${machineSentence(describeMachine())}`);
  process.exitCode = isAlive && isKept && isWell ? 0 : 1;
} finally {
  await service.stop();
  await checkout.remove();
}

/** Prints what was held in minute five, or a quarter through a shorter soak, and in the last minute; gives whether it is as much. */
function reportMemory(samples: readonly Sample[]): boolean {
  const reference = Math.min(REFERENCE_MINUTE, flags.minutes / 4);
  const early = between(samples, reference - 0.5, reference + 0.5);
  const late = between(samples, flags.minutes - 1, Number.POSITIVE_INFINITY);
  if (early === null || late === null) {
    console.log("There are not enough samples of memory.");
    return false;
  }
  const ratio = late / early;
  const verdict = ratio <= MAX_RATIO ? "pass" : "miss";
  const header = ["memory (RSS)", "MB"];
  const rows = [
    [`minute ${reference}`, megabytes(early)],
    [`the last minute of ${flags.minutes}`, megabytes(late)],
  ];
  console.log(markdownTable(header, rows));
  console.log(`\nRatio: ${ratio.toFixed(3)} (at most ${MAX_RATIO}: ${verdict}).\n`);
  return ratio <= MAX_RATIO;
}

/** The median of the bytes that were held between two times. */
function between(samples: readonly Sample[], from: number, to: number): number | null {
  const held = samples.filter(({ minute }) => minute >= from && minute <= to);
  return held.length === 0 ? null : median(held.map(({ bytes }) => bytes));
}

/** Prints how often each answer came; gives whether no status above 500 but 503 is among them. */
function reportAnswers(
  answered: readonly (readonly [kind: string, answered: Answered])[],
): boolean {
  const rows = answered.flatMap(([kind, { counts }]) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([answer, count]) => [kind, answer, String(count)]),
  );
  console.log(markdownTable(["clients", "answer", "times"], rows));
  const faults = rows.filter(([, answer]) => /^5(?!03)/.test(answer));
  console.log(
    `\nAnswers of 500 and above that are not 503: ${faults.length === 0 ? "none" : faults.map((row) => row.join(" ")).join("; ")}.`,
  );
  return faults.length === 0;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
