/** The real Worker, built from wrangler.toml and booted in real workerd with an empty bucket and cache of its own. */
import { join } from "node:path";
import type { R2Bucket } from "@cloudflare/workers-types";
import { createTestHarness, type TestHarnessOptions } from "wrangler";
import type { LogEntry } from "../../src/platform/platform.ts";
import { r2Store } from "../../src/store/r2.ts";
import type { Store } from "../../src/store/store.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

/** A Worker under test. */
export interface BootedWorker {
  readonly url: URL;
  /** The bucket that it reads. */
  readonly bucket: Store;
  /** What the colo's cache holds under a key, and a way to put something else there. */
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
  /** What it has logged since it was booted or restarted. */
  logs(): LogEntry[];
  /** Starts a fresh isolate; bucket and cache stay. `vars` replace those of wrangler.toml. */
  restart(vars?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

/** Boots it; `vars` replace those of wrangler.toml. */
export async function bootWorker(
  vars: Readonly<Record<string, string>> = {},
): Promise<BootedWorker> {
  // wrangler would ask Cloudflare for the values of Request.cf, which nothing here reads.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  process.env.WRANGLER_SEND_METRICS = "false";
  let starts = 0;
  const harness = createTestHarness(harnessOptions(vars, starts));
  const { url } = await harness.listen();
  const openBucket = async () => {
    const worker = harness.getWorker<{ PACKS: R2Bucket }>("undertone");
    return r2Store((await worker.getEnv()).PACKS);
  };
  let bucket = await openBucket();
  const cache = harness.getWorker("cache");
  const leavingClient = harness.getWorker("leaving-client");
  const cachePath = (key: string) => `/?${new URLSearchParams({ key })}`;
  return {
    url,
    get bucket() {
      return bucket;
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
    fetch: (path, init) => fetch(new URL(path, url), init),
    async postAndLeave(path, body, afterMs) {
      const address = new URL(path, url);
      address.searchParams.set("leave_after_ms", String(afterMs));
      const answer = await leavingClient.fetch(address.href, { method: "POST", body });
      if ((await answer.clone().text()) === "left") return null;
      return answer as unknown as Response;
    },
    logs: () => harness.getLogs().flatMap(({ message }) => parseEntry(message)),
    async restart(vars = {}) {
      harness.clearLogs();
      await harness.update(harnessOptions(vars, ++starts));
      bucket = await openBucket();
    },
    stop: () => harness.close(),
  };
}

function harnessOptions(
  vars: Readonly<Record<string, string>>,
  starts: number,
): TestHarnessOptions {
  return {
    root: REPOSITORY,
    workers: [
      // A variable that changes makes workerd start a fresh isolate.
      { configPath: "wrangler.toml", vars: { ...vars, STARTS: String(starts) } },
      { config: helperConfig("cache") },
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
