/** `npm run bench:recordings`: a long recording as a job of workerd or of a Node server, killed now and then, against the command line. */
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesystemStore } from "../src/store/filesystem.ts";
import { goldenDirectory } from "../support/packs/tiny-pack.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { cachedPack, SILENT } from "./models.ts";
import { installPack, type Whole, wholeByCommandLine } from "./recordings/command-line.ts";
import { type ConsumerRecordings, startConsumerRecordings } from "./recordings/consumer-service.ts";
import { flags } from "./recordings/flags.ts";
import { computeJob, type EndedJob } from "./recordings/job.ts";
import { windowMs } from "./recordings/own-time.ts";
import { writeRecording, writeSilence } from "./recordings/recording.ts";
import {
  ENGINES,
  type RecordingService,
  startNodeRecordings,
  startWorkerRecordings,
} from "./recordings/services.ts";
import { outrun } from "./recordings/short-jobs.ts";
import { markdownTable } from "./table.ts";

const LAYER = ["--layers", String(flags.layer)] as const;
/** What is computed: frames of a layer, and their mean. */
const ASKED = [
  { name: "frames", query: `layers=${flags.layer}`, args: LAYER },
  { name: "mean", query: `layers=${flags.layer}&pool=mean`, args: [...LAYER, "--pool", "mean"] },
].filter(({ name }) => flags.only === undefined || flags.only === name);

const HEADER = [
  ...["query", "command line s", "job s", "windows' own s", "ratio", "kills", "windows"],
  ...["tries of one at most", "tries of all", "lost by kills", "bytes"],
];

const directory = await mkdtemp(join(tmpdir(), "undertone-recordings-"));
const recording = await (flags.silent ? writeSilence : writeRecording)(directory, flags.minutes);
const files = createServer((_, response) => void createReadStream(recording).pipe(response));
await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
const audioUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}/recording.wav`;
const source = flags.model.includes(":") ? flags.model : goldenDirectory(flags.model);
const { directory: pack, manifest } = await cachedPack(source, "q8", SILENT);
const packs = join(directory, "packs");
await installPack(pack, packs);
const service = await startService();
try {
  const isRight = await (flags.short > 0 ? runShort() : runJobs());
  console.log(`\n${flags.minutes} min with ${manifest.id} on ${flags.runtime}.`);
  console.log(`Measured on ${machineSentence(describeMachine())}`);
  process.exitCode = isRight ? 0 : 1;
} finally {
  await service.stop();
  files.close();
  await rm(directory, { recursive: true });
}

async function startService(): Promise<RecordingService | ConsumerRecordings> {
  if (flags.runtime === "node") return await startNodeRecordings(directory);
  if (flags.consumers === 0) return await startWorkerRecordings(filesystemStore(packs));
  return await startConsumerRecordings(filesystemStore(packs), flags.consumers, !flags.unwatched);
}

/** Computes each query once, and again until the service was killed as often as asked for; `false` if something is wrong. */
async function runJobs(): Promise<boolean> {
  const wholes: Whole[] = [];
  for (const { args } of ASKED) {
    const parts = { recording, pack, minutes: flags.minutes, args };
    wholes.push(await wholeByCommandLine(parts, flags.whole));
  }
  const rows: string[][] = [];
  let isRight = true;
  for (let kills = 0, number = 0; number < ASKED.length || kills < flags.kills; number++) {
    const { query } = ASKED[number % ASKED.length] as (typeof ASKED)[number];
    const whole = wholes[number % ASKED.length] as Whole;
    const engines = flags.runtime === "node" ? ENGINES : 1;
    const ownMs = flags.kills > 0 ? null : await windowMs(service, recording, { query, engines });
    const left = { kills: flags.kills - kills, longestLifeMs: flags.longestLife };
    const job = await computeJob(service, { query, audioUrl, ...left });
    kills += job.kills;
    rows.push(rowOf(query, whole, job, ownMs));
    console.error(rows.at(-1)?.join(" | "));
    isRight &&= job.digest === whole.digest && job.tries.all <= job.tries.windows + job.lost;
  }
  console.log(markdownTable(HEADER, rows));
  if ("peaks" in service) {
    for (const [name, bytes] of service.peaks()) {
      console.log(`${name} held ${(bytes / 1e6).toFixed(1)} MB at most.`);
    }
  }
  return isRight;
}

function rowOf(query: string, whole: Whole, job: EndedJob, windowMs: number | null): string[] {
  const { digest, ms, kills, tries, lost } = job;
  const ownMs = windowMs === null ? null : windowMs * tries.windows;
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const times = [whole.ms, ms].map(seconds);
  const own = ownMs === null ? ["", ""] : [seconds(ownMs), (ms / ownMs).toFixed(2)];
  const numbers = [kills, tries.windows, tries.most, tries.all, lost].map(String);
  return [query, ...times, ...own, ...numbers, digest === whole.digest ? "equal" : "DIFFERENT"];
}

/** Hands in short jobs behind the recording; `false` if it was done before them. */
async function runShort(): Promise<boolean> {
  const [{ query }] = ASKED as [(typeof ASKED)[number]];
  const { ms, windowsDone, windowsTotal, isRecordingDone } = await outrun(
    service,
    { query, audioUrl },
    flags.short,
  );
  console.log(
    `${flags.short} short jobs were done after ${(ms / 1000).toFixed(1)} s, when ${windowsDone} of ${windowsTotal} windows were.`,
  );
  return !isRecordingDone;
}
