/** Stages in a workerd of their own, which can be killed alone. */
import { EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream";
import type { R2Bucket } from "@cloudflare/workers-types";
import { createTestHarness } from "wrangler";
import type { StagedWorker } from "../../../src/cli/deploy/staged-configs.ts";
import { r2Store } from "../../../src/store/r2.ts";
import type { Store } from "../../../src/store/store.ts";
import { configureStages } from "../../../support/runtimes/stages.ts";
import { bundledConfig } from "../../../support/runtimes/worker-build.ts";
import {
  type BootedWorker,
  bootWorker,
  workerdProcesses,
} from "../../../support/runtimes/workerd.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");

/** A stage in a workerd of its own, which can be killed and started again under the same address. */
export interface LoneStage {
  /** Where its orders go over HTTP; connections are refused while it is dead. */
  readonly url: string;
  /** Requests what a route from the internet would lead to. */
  fetchFromOutside(path: string, init?: RequestInit): Promise<Response>;
  /** Settles when a part of an answer leaves it. */
  answering(): Promise<void>;
  /** Ends its workerd by SIGKILL, whatever it is doing. */
  kill(): void;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Boots stage `stage` of `stages` alone; `install` fills its bucket at each start. */
export async function bootLoneStage(
  stage: number,
  stages: number,
  install: (bucket: Store) => Promise<void>,
): Promise<LoneStage> {
  const worker = (await configureStages(stages)).stages[stage - 1];
  let life = await startLife(worker, install);
  let isAlive = true;
  const answers = new EventEmitter();
  const server = createServer((client) => {
    if (!isAlive) return client.destroy();
    const upstream = connect(Number(life.url.port), life.url.hostname);
    upstream.on("data", () => answers.emit("part"));
    // One end goes with the other, as with a process that holds both.
    pipeline(client, upstream, client, () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answering: async () => void (await once(answers, "part")),
    fetchFromOutside: (path, init) => life.fetchFromOutside(path, init),
    kill() {
      isAlive = false;
      for (const pid of life.processes) process.kill(pid, "SIGKILL");
    },
    async restart() {
      await life.end();
      life = await startLife(worker, install);
      isAlive = true;
    },
    async stop() {
      await life.end();
      server.close();
    },
  };
}

/** The workerds of a stage from one start to its death. */
async function startLife(
  { configPath, name }: StagedWorker,
  install: (bucket: Store) => Promise<void>,
) {
  const before = await workerdProcesses();
  const services = [{ binding: "STAGE", service: name, entrypoint: "Stage" }];
  const harness = createTestHarness({
    root: REPOSITORY,
    workers: [
      { config: { ...helperConfig("stage-door"), services } },
      { configPath: await bundledConfig(configPath) },
    ],
  });
  const { url } = await harness.listen();
  const processes = (await workerdProcesses()).filter((pid) => !before.includes(pid));
  const stage = harness.getWorker<{ PACKS: R2Bucket }>(name);
  await install(r2Store((await stage.getEnv()).PACKS));
  return {
    url,
    processes,
    fetchFromOutside: async (path: string, init?: RequestInit) =>
      (await stage.fetch(path, init as object)) as unknown as Response,
    end: () => harness.close(),
  };
}

/**
 * Boots a front Worker with two stages, of which the second is in workerds of its own, at the first of `urls` that
 * answers: as with isolates, there is another one at once when one dies.
 */
export async function bootBeforeLoneStages(
  urls: readonly string[],
  vars: Readonly<Record<string, string>> = {},
): Promise<BootedWorker> {
  const { front, stages } = await configureStages(2);
  const relay = { ...helperConfig("stage-relay"), name: stages[1].name };
  return bootWorker(vars, {
    configPath: front.configPath,
    others: [
      { configPath: stages[0].configPath },
      { config: { ...relay, vars: { URLS: urls.join(" ") } } },
    ],
  });
}

function helperConfig(name: string) {
  return {
    name,
    main: join(import.meta.dirname, `${name}-worker.ts`),
    compatibility_date: "2026-11-01",
    compatibility_flags: ["enable_request_signal"],
  };
}
