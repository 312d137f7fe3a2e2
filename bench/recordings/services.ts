/** The services that compute recordings: a Node server with two engines, and workerd with its own queue. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { Statement } from "../../src/database/database.ts";
import type { Store } from "../../src/store/store.ts";
import { startMortalServer } from "../../support/runtimes/node.ts";
import { bootWorker } from "../../support/runtimes/workerd.ts";
import { HELD, KEEP_WINDOWS, kept, triesOf, type WindowTries } from "./tries.ts";

/** A service under load. */
export interface RecordingService {
  // biome-ignore lint/suspicious/noExplicitAny: answers of the API, as a client sees them
  json(path: string, init?: RequestInit): Promise<any>;
  bytes(path: string, init?: RequestInit): Promise<Uint8Array>;
  /** Deletes a job, and what nobody else has of it. */
  forget(path: string): Promise<void>;
  /** How often the windows of a job were begun, once it is over. */
  tries(jobId: string): Promise<WindowTries>;
  /** Kills it by SIGKILL, and starts it again on the same data; gives the leases of windows that were held then. */
  killAndRestart(): Promise<string[]>;
  stop(): Promise<void>;
}

/** A lease is longer than all that is done between two renewals on a machine that has other things to do. */
const VARIABLES = { JOB_LEASE_SECONDS: "5", JOB_RETRY_SECONDS: "0" };
/** Of the Node server. */
export const ENGINES = 2;
/** Messages of windows that a recording has under way. */
const LANES = 8;
const ROWS_MS = 100;
/** The server may be writing. */
const BUSY_MS = 10_000;

/** A Node server on the packs and the data of a directory. */
export async function startNodeRecordings(directory: string): Promise<RecordingService> {
  const server = await startMortalServer(directory, {
    ...VARIABLES,
    ...{ UNDERTONE_WORKERS: String(ENGINES), ALLOW_PRIVATE_URLS: "1" },
  });
  const query = async ({ sql, values }: Statement) => {
    const database = new DatabaseSync(join(directory, "data/undertone.sqlite"), {
      timeout: BUSY_MS,
    });
    const rows = database.prepare(sql).all(...values);
    database.close();
    return rows as Record<string, string | number | null>[];
  };
  for (const statement of KEEP_WINDOWS) await query(statement);
  return {
    ...askedBy((path, init) => fetch(`${server.url}${path}`, init)),
    tries: (jobId) => triesOnce(async () => triesOf((await query(kept(jobId)))[0])),
    async killAndRestart() {
      await server.kill();
      const held = await query(HELD);
      await server.killAndRestart();
      return held.map(({ token }) => String(token));
    },
    stop: server.kill,
  };
}

/** workerd as `npm start` starts it, with these packs. */
export async function startWorkerRecordings(packs: Store): Promise<RecordingService> {
  const worker = await bootWorker(VARIABLES);
  await copyPacks(packs, worker.bucket);
  for (const statement of KEEP_WINDOWS) await worker.database.run(statement);
  return {
    ...askedBy(async (path, init) => {
      // Nothing else fires it here.
      await worker.fireCron();
      return await worker.fetch(path, init);
    }),
    tries: (jobId) => triesOnce(async () => triesOf(await worker.database.first(kept(jobId)))),
    async killAndRestart() {
      await worker.kill();
      await worker.restart(VARIABLES);
      const held = await worker.database.all<{ token: string }>(HELD);
      // Cloudflare's queue would give again what it had given out; this one is gone with its process.
      const running = await worker.database.all<{ id: string; windows: number }>(RUNNING);
      for (const { id, windows } of running) {
        if (windows === 0) await worker.sendWork({ kind: "job", id });
        else for (let lane = 0; lane < LANES; lane++) await worker.sendWork({ kind: "window", id });
      }
      return held.map(({ token }) => token);
    },
    stop: () => worker.stop(),
  };
}

const RUNNING: Statement = {
  sql: "SELECT id, windows_total AS windows FROM jobs WHERE status IN ('queued', 'running')",
  values: [],
};

/** Copies all packs from one store to another. */
export async function copyPacks(from: Store, to: Store): Promise<void> {
  for (const key of await from.list("")) {
    const bytes = await from.get(key);
    if (bytes !== null) await to.put(key, bytes);
  }
}

/** Reads what is known of a job that is over; its rows are deleted right after its end. */
export async function triesOnce(read: () => Promise<WindowTries>): Promise<WindowTries> {
  for (;;) {
    const tries = await read();
    if (tries.windows > 0) return tries;
    await pause(ROWS_MS);
  }
}

/** The questions of a service, whose other answers than successful ones are errors. */
export function askedBy(ask: (path: string, init?: RequestInit) => Promise<Response>) {
  const asked = async (path: string, init?: RequestInit) => {
    const response = await ask(path, init);
    if (!response.ok) throw new Error(await response.text());
    return response;
  };
  return {
    json: async (path: string, init?: RequestInit) => (await asked(path, init)).json(),
    bytes: async (path: string, init?: RequestInit) =>
      new Uint8Array(await (await asked(path, init)).arrayBuffer()),
    forget: async (path: string) => void (await asked(path, { method: "DELETE" })),
  };
}
