/** A real Prometheus that scrapes one server, and what it has stored. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export const SCRAPE_SECONDS = 5;
const RULES = new URL("../../ops/prometheus/alerts.yaml", import.meta.url).pathname;
const READY_WITHIN_MS = 60_000;

/** A time series of an answer: seconds since 1970, and values as text. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** The Prometheus under way. */
export interface Prometheus {
  /** Asks for a range; times in seconds since 1970. */
  queryRange(expr: string, start: number, end: number): Promise<readonly Series[]>;
  stop(): Promise<void>;
}

/**
 * Starts the `prometheus` of the PATH with the alert rules of ops/.
 * @param target the server's address
 * @throws Error if it is not ready within a minute
 */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-prometheus-"));
  const config = join(directory, "prometheus.json");
  const scrape = { job_name: "undertone", static_configs: [{ targets: [new URL(target).host] }] };
  const interval = `${SCRAPE_SECONDS}s`;
  const global = { scrape_interval: interval, evaluation_interval: interval };
  const settings = { global, rule_files: [RULES], scrape_configs: [scrape] };
  await writeFile(config, JSON.stringify(settings));
  const address = `127.0.0.1:${await freePort()}`;
  const flags = {
    "config.file": config,
    "storage.tsdb.path": directory,
    "web.listen-address": address,
  };
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  const child = spawn("prometheus", [...args, "--log.level=warn"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  await untilReady(`http://${address}/-/ready`, child);
  return {
    async queryRange(expr, start, end) {
      const times = { start: String(start), end: String(end), step: String(SCRAPE_SECONDS) };
      const body = new URLSearchParams({ query: expr, ...times });
      const answer = await fetch(`http://${address}/api/v1/query_range`, { method: "POST", body });
      const { data, error } = (await answer.json()) as {
        readonly data?: { readonly result: readonly Series[] };
        readonly error?: string;
      };
      if (data === undefined) throw new Error(`Prometheus refuses ${expr}: ${error}`);
      return data.result;
    },
    async stop() {
      child.kill();
      await once(child, "close");
      await rm(directory, { recursive: true });
    },
  };
}

/** Prometheus does not say which port it was given. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (child.exitCode !== null || Date.now() > until)
      throw new Error("Prometheus does not start.");
    await pause(200);
  }
}
