/** The real Worker, built from wrangler.toml and booted in real workerd with storage, queues and a cache of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { D1Database, Queue, R2Bucket } from "@cloudflare/workers-types";
import { createTestHarness, type TestHarnessOptions } from "wrangler";
import { d1Database } from "../../src/database/d1.ts";
import type { Database } from "../../src/database/database.ts";
import type { LogEntry } from "../../src/log.ts";
import { r2Store } from "../../src/store/r2.ts";
import type { Store } from "../../src/store/store.ts";
import { bundledConfig } from "./worker-build.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

/** A Worker under test. */
export interface BootedWorker {
  readonly url: URL;
  /** The bucket that it reads. */
  readonly bucket: Store;
  readonly database: Database;
  /** The bucket that is watched. */
  readonly audio: R2Bucket;
  /** Sends the Worker an event of that bucket, as R2 would. */
  announce(event: unknown): Promise<void>;
  /** Puts a message into the queue of jobs. */
  sendWork(message: unknown): Promise<void>;
  /** Lets a minute's cron trigger fire. */
  fireCron(): Promise<void>;
  /** Reads and replaces an entry of the colo's cache. */
  readonly cache: {
    get(key: string): Promise<Uint8Array | null>;
    put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  };
  /** Requests `path` over real HTTP. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Posts `body` to `path` as a client that hangs up after so long; gives the answer if it comes before that. */
  postAndLeave(
    path: string,
    body: Uint8Array<ArrayBuffer>,
    afterMs: number,
  ): Promise<Response | null>;
  /** Log since it was booted or restarted. */
  logs(): LogEntry[];
  /** Ends workerd by SIGKILL, whatever it is doing; it has to be restarted then. */
  kill(): Promise<void>;
  /** Starts a fresh isolate; bucket, database and cache stay, and messages in queues are lost. `vars` replace those of wrangler.toml. */
  restart(vars?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

/** The Worker's bindings, for inspection by tests. */
interface WorkerEnv {
  readonly PACKS: R2Bucket;
  readonly AUDIO: R2Bucket;
  readonly DB: D1Database;
  readonly WORK: Queue;
}

/** Nobody needs a key and servers on loopback may be asked, as with `npm start`. */
const OPEN = {
  UNDERTONE_LOCAL: "1",
  UNDERTONE_OPEN: "1",
  REMEMBER_SECONDS: "0",
  ALLOW_PRIVATE_URLS: "1",
};

/** The Workers of a harness, as it takes them. */
type HarnessWorkers = TestHarnessOptions["workers"];

/** One Worker alone, or the one in front of stages with the stages behind it. */
export interface Deployment {
  readonly configPath: string;
  readonly others?: HarnessWorkers;
}

const ONE_WORKER: Deployment = { configPath: join(REPOSITORY, "wrangler.toml") };

/** Boots it, its database empty; `vars` replace those of wrangler.toml. */
export async function bootWorker(
  vars: Readonly<Record<string, string>> = {},
  deployment: Deployment = ONE_WORKER,
): Promise<BootedWorker> {
  // wrangler would ask Cloudflare for the values of Request.cf, which nothing here reads.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  process.env.WRANGLER_SEND_METRICS = "false";
  // Else a line is printed for each message of a queue.
  process.env.WRANGLER_LOG = "error";
  let starts = 0;
  const bundled = await bundledDeployment(deployment);
  const harness = createTestHarness(harnessOptions(bundled, vars, starts));
  const { url } = await harness.listen();
  const worker = () => harness.getWorker<WorkerEnv>("undertone");
  await worker().applyD1Migrations("DB");
  let env = await worker().getEnv();
  const announcer = harness.getWorker<{ EVENTS: Queue }>("announcer");
  const cache = harness.getWorker("cache");
  const leavingClient = harness.getWorker("leaving-client");
  const cachePath = (key: string) => `/?${new URLSearchParams({ key })}`;
  return {
    url,
    get bucket() {
      return r2Store(env.PACKS);
    },
    get database() {
      return d1Database(env.DB);
    },
    get audio() {
      return env.AUDIO;
    },
    async announce(event) {
      await (await announcer.getEnv()).EVENTS.send(event);
    },
    async sendWork(message) {
      await env.WORK.send(message);
    },
    async fireCron() {
      await worker().scheduled({ cron: "* * * * *" });
    },
    cache: {
      async get(key) {
        const response = await cache.fetch(cachePath(key));
        return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
      },
      async put(key, bytes) {
        await cache.fetch(cachePath(key), { method: "PUT", body: bytes });
      },
    },
    fetch: (path, init) => fetch(new URL(path, url), { ...init, headers: closing(init?.headers) }),
    async postAndLeave(path, body, afterMs) {
      const address = new URL(path, url);
      address.searchParams.set("leave_after_ms", String(afterMs));
      const answer = await leavingClient.fetch(address.href, { method: "POST", body });
      if ((await answer.clone().text()) === "left") return null;
      return answer as unknown as Response;
    },
    logs: () => harness.getLogs().flatMap(({ message }) => parseEntry(message)),
    async kill() {
      for (const pid of await workerdProcesses()) process.kill(pid, "SIGKILL");
    },
    async restart(vars = {}) {
      harness.clearLogs();
      await harness.update(harnessOptions(bundled, vars, ++starts));
      env = await worker().getEnv();
    },
    stop: () => harness.close(),
  };
}

async function bundledDeployment({ configPath, others = [] }: Deployment): Promise<Deployment> {
  const bundled = others.map(async (other) =>
    "configPath" in other && other.configPath !== undefined
      ? { ...other, configPath: await bundledConfig(String(other.configPath)) }
      : other,
  );
  return { configPath: await bundledConfig(configPath), others: await Promise.all(bundled) };
}

/** `headers` that ask for a connection of the request's own: workerd closes a kept one after five idle seconds, and a POST that is sent at that moment fails. */
function closing(headers?: HeadersInit): Headers {
  const all = new Headers(headers);
  all.set("Connection", "close");
  return all;
}

/** The workerds that belong to this process. */
export async function workerdProcesses(): Promise<number[]> {
  const args = ["-P", String(process.pid), "workerd"];
  // It fails where it finds none.
  const { stdout } = await promisify(execFile)("pgrep", args).catch(() => ({ stdout: "" }));
  return stdout.split("\n").filter(Boolean).map(Number);
}

function harnessOptions(
  { configPath, others = [] }: Deployment,
  vars: Readonly<Record<string, string>>,
  starts: number,
): TestHarnessOptions {
  return {
    root: REPOSITORY,
    workers: [
      // A variable that changes makes workerd start a fresh isolate.
      { configPath, vars: { ...OPEN, ...vars, STARTS: String(starts) } },
      ...others,
      { config: helperConfig("cache") },
      {
        config: {
          ...helperConfig("announcer"),
          queues: { producers: [{ binding: "EVENTS", queue: "undertone-bucket-events" }] },
        },
      },
      {
        config: {
          ...helperConfig("leaving-client"),
          services: [{ binding: "UNDERTONE", service: "undertone" }],
        },
      },
    ],
  };
}

function helperConfig(name: string) {
  return {
    name,
    main: join(import.meta.dirname, `${name}-worker.ts`),
    compatibility_date: "2026-11-01",
  };
}

function parseEntry(message: string): LogEntry[] {
  return message.startsWith("{") ? [JSON.parse(message) as LogEntry] : [];
}
