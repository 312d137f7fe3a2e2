/** `npm run bench:recordings`: a long recording as a job of workerd or of a Node server, killed now and then, against the command line. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { Command, Option } from "commander";
import { filesystemStore } from "../src/store/filesystem.ts";
import { goldenDirectory } from "../support/packs/tiny-pack.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { cachedPack, SILENT } from "./models.ts";
import { wholeNumber } from "./options.ts";
import { writeRecording } from "./recordings/recording.ts";
import {
  type RecordingService,
  startNodeRecordings,
  startWorkerRecordings,
  type WindowTries,
} from "./recordings/services.ts";
import { endsOf, submitShort } from "./recordings/short-jobs.ts";
import { markdownTable } from "./table.ts";

const REPOSITORY = join(import.meta.dirname, "..");
/** Frames of a layer, and their mean. */
const ASKED = [
  ["layers=2", ["--layers", "2"]],
  ["layers=2&pool=mean", ["--layers", "2", "--pool", "mean"]],
] as const;

const flags = new Command("bench:recordings")
  .description("a long recording as a job: its bytes, its time, and its windows under kills")
  .option("--minutes <n>", "how long it is", wholeNumber, 60)
  .option(
    "--model <source>",
    "a golden model, or what pack build takes, such as synthetic:base-plus",
    "tiny-group",
  )
  .option("--jobs <n>", "how often each job is computed", wholeNumber, 1)
  .option("--kills <n>", "how often the service is killed during a job, at most", Number, 0)
  .option(
    "--longest-life <ms>",
    "by when a service that is killed is killed; a window that dies six times ends its job, so it is several times the time of a window",
    wholeNumber,
    9000,
  )
  .option("--short <n>", "short jobs that are handed in behind it", wholeNumber, 0)
  .addOption(
    new Option("--runtime <name>", "what computes").choices(["node", "workerd"]).default("node"),
  )
  .parse()
  .opts<{
    minutes: number;
    model: string;
    jobs: number;
    kills: number;
    longestLife: number;
    short: number;
    runtime: "node" | "workerd";
  }>();

const directory = await mkdtemp(join(tmpdir(), "undertone-recordings-"));
const recording = await writeRecording(directory, flags.minutes);
const files = createServer((_, response) => void createReadStream(recording).pipe(response));
await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${(files.address() as AddressInfo).port}/recording.wav`;
const source = flags.model.includes(":") ? flags.model : goldenDirectory(flags.model);
const { directory: pack, manifest } = await cachedPack(source, "q8", SILENT);
const packs = join(directory, "packs");
await undertone("pack", "install", pack, "--directory", packs);
const service = await (flags.runtime === "node"
  ? startNodeRecordings(directory)
  : startWorkerRecordings(filesystemStore(packs)));
try {
  const rows: string[][] = [];
  let isSame = true;
  for (const [query, args] of ASKED) {
    const whole = await commandLine(args);
    for (let number = 1; number <= flags.jobs; number++) {
      const job = await computeJob(service, query);
      const isEqual = job.digest === whole.digest;
      isSame &&= isEqual && job.shortBefore === flags.short;
      rows.push([
        query,
        (whole.ms / 1000).toFixed(1),
        (job.ms / 1000).toFixed(1),
        (job.ms / whole.ms).toFixed(2),
        String(job.windows),
        String(job.kills),
        String(job.tries.most),
        String(job.tries.all),
        `${job.shortBefore} of ${flags.short}`,
        isEqual ? "equal" : "DIFFERENT",
      ]);
    }
  }
  const header = [
    "query",
    "command line s",
    "job s",
    "ratio",
    "windows",
    "kills",
    "tries of one at most",
    "of all",
    "short jobs before it",
    "bytes",
  ];
  console.log(`${flags.minutes} min with ${manifest.id} on ${flags.runtime}\n`);
  console.log(markdownTable(header, rows));
  console.log(`\nMeasured on ${machineSentence(describeMachine())}`);
  process.exitCode = isSame ? 0 : 1;
} finally {
  await service.stop();
  files.close();
  await rm(directory, { recursive: true });
}

/** The same by `undertone features`, in one process. */
async function commandLine(args: readonly string[]): Promise<{ digest: string; ms: number }> {
  const out = join(directory, "whole.npy");
  const beganMs = performance.now();
  const limit = ["--max-clip-seconds", String(flags.minutes * 60 + 1)];
  await undertone("features", recording, "--pack", pack, ...args, ...limit, "--out", out);
  const ms = performance.now() - beganMs;
  return {
    digest: createHash("sha256")
      .update(await readFile(out))
      .digest("hex"),
    ms,
  };
}

async function undertone(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ["src/cli/undertone.ts", ...args], {
    cwd: REPOSITORY,
  });
}

async function computeJob(service: RecordingService, query: string) {
  const beganMs = performance.now();
  const { id } = await service.json(`/v1/jobs?${query}&format=npy`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ audio_url: address }),
  });
  const short = await submitShort(service, flags.short);
  let kills = 0;
  // The second death of a decoding ends the job, as it should.
  let isDecoded = false;
  let tries: WindowTries = { most: 0, all: 0 };
  for (;;) {
    const isKilled = kills < flags.kills && (kills === 0 || isDecoded);
    await pause(isKilled ? Math.random() * flags.longestLife : 500);
    const job = await service.json(`/v1/jobs/${id}`);
    const seen = await service.tries();
    if (seen.all > tries.all) tries = seen;
    if (job.status === "failed") throw new Error(JSON.stringify(job.problem));
    if (job.status === "done") {
      const ms = performance.now() - beganMs;
      const bytes = await service.bytes(`/v1/jobs/${id}/result`);
      const digest = createHash("sha256").update(bytes).digest("hex");
      const end = Date.parse(job.finished_at);
      const shortBefore = (await endsOf(service, short)).filter((at) => at < end).length;
      return { digest, ms, windows: job.progress.windows_total, kills, tries, shortBefore };
    }
    console.error(
      `${job.progress.windows_done} of ${job.progress.windows_total} windows, ${kills} kills`,
    );
    isDecoded = job.progress.windows_total > 0;
    if (isKilled) {
      kills++;
      await service.killAndRestart();
    }
  }
}
