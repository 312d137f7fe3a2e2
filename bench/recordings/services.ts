/** The services that compute recordings: a Node server with two engines, and workerd with its own queue. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Store } from "../../src/store/store.ts";
import { startMortalServer } from "../../support/runtimes/node.ts";
import { bootWorker } from "../../support/runtimes/workerd.ts";

/** A service under load. */
export interface RecordingService {
  // biome-ignore lint/suspicious/noExplicitAny: answers of the API, as a client sees them
  json(path: string, init?: RequestInit): Promise<any>;
  bytes(path: string): Promise<Uint8Array>;
  /** The tries of windows that are still known: the most of one, and those of all. */
  tries(): Promise<WindowTries>;
  /** Kills it by SIGKILL, and starts it again on the same data. */
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** How often windows were begun. */
export interface WindowTries {
  readonly most: number;
  readonly all: number;
}

const VARIABLES = { JOB_LEASE_SECONDS: "2", JOB_RETRY_SECONDS: "0" };
const TRIES = "SELECT max(tries) AS most, sum(tries) AS 'all' FROM windows";

/** A Node server on the packs and the data of a directory. */
export async function startNodeRecordings(directory: string): Promise<RecordingService> {
  const server = await startMortalServer(directory, {
    ...VARIABLES,
    ...{ UNDERTONE_WORKERS: "2", ALLOW_PRIVATE_URLS: "1" },
  });
  return {
    ...askedBy((path, init) => fetch(`${server.url}${path}`, init)),
    async tries() {
      const database = new DatabaseSync(join(directory, "data/undertone.sqlite"), {
        readOnly: true,
      });
      const row = database.prepare(TRIES).get();
      database.close();
      return triesOf(row);
    },
    killAndRestart: server.killAndRestart,
    stop: server.kill,
  };
}

/** workerd as `npm start` starts it, with these packs. */
export async function startWorkerRecordings(packs: Store): Promise<RecordingService> {
  const worker = await bootWorker(VARIABLES);
  for (const key of await packs.list("")) {
    const bytes = await packs.get(key);
    if (bytes !== null) await worker.bucket.put(key, bytes);
  }
  return {
    ...askedBy(async (path, init) => {
      // Nothing else fires it here.
      await worker.fireCron();
      return await worker.fetch(path, init);
    }),
    tries: async () =>
      triesOf(await worker.database.first<Record<string, unknown>>({ sql: TRIES, values: [] })),
    async killAndRestart() {
      await worker.kill();
      await worker.restart(VARIABLES);
    },
    stop: () => worker.stop(),
  };
}

function triesOf(row: Readonly<Record<string, unknown>> | null | undefined): WindowTries {
  return { most: Number(row?.most ?? 0), all: Number(row?.all ?? 0) };
}

function askedBy(ask: (path: string, init?: RequestInit) => Promise<Response>) {
  const asked = async (path: string, init?: RequestInit) => {
    const response = await ask(path, init);
    if (!response.ok) throw new Error(await response.text());
    return response;
  };
  return {
    json: async (path: string, init?: RequestInit) => (await asked(path, init)).json(),
    bytes: async (path: string) => new Uint8Array(await (await asked(path)).arrayBuffer()),
  };
}
