import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import parsePrometheus from "parse-prometheus-text-format";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { STAGES } from "../../../src/telemetry/cost.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { chirp } from "../../support/http/service.ts";
import { LACKS_PROMTOOL, promtool, WHY_SKIPPED } from "../../support/telemetry/promtool.ts";

let directory: string;
let server: StartedServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-metrics-"));
  await installGolden(filesystemStore(join(directory, "packs")), "tiny-group", "q8");
  server = await startNodeServer({
    PACKS: join(directory, "packs"),
    DATA: join(directory, "data"),
    UNDERTONE_OPEN: "1",
    REGION: "eu-west",
    ALLOW_PRIVATE_URLS: "1",
  });
});
afterAll(async () => {
  server?.process.kill("SIGKILL");
  await server?.ended;
  await rm(directory, { recursive: true });
});

async function scrape() {
  const answer = await fetch(`${server.url}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  const families = parsePrometheus(text);
  const find = (name: string) => families.find((family) => family.name === name)?.metrics ?? [];
  return { text, find };
}

const CLIP_SECONDS = 4;

async function featurize(): Promise<number> {
  const query = `/v1/features?layers=1&format=npy`;
  const headers = { "Cache-Control": "no-store" };
  const body = chirp(CLIP_SECONDS * 16_000);
  const answer = await fetch(server.url + query, { method: "POST", body, headers });
  await answer.arrayBuffer();
  return answer.status;
}

/** More clients than may wait for a turn, each of which sends clip after clip until they are stopped. */
function startFullLoad() {
  let isOn = true;
  const statuses: number[] = [];
  const client = async () => {
    while (isOn) statuses.push(await featurize());
  };
  const clients = Promise.all(Array.from({ length: 16 }, client));
  return {
    async stop() {
      isOn = false;
      await clients;
      return Map.groupBy(statuses, (status) => status);
    },
  };
}

it("answers a scrape under full load, and says what clips cost and what waits", async () => {
  const load = startFullLoad();
  await vi.waitFor(
    async () => {
      const { find } = await scrape();
      const waiting = find("undertone_computations").find(
        ({ labels }) => labels?.state === "waiting",
      );
      expect(Number(waiting?.value)).toBeGreaterThan(0);
      const refused = find("undertone_problems_total").find(
        ({ labels }) => labels?.slug === "queue-full",
      );
      expect(Number(refused?.value)).toBeGreaterThan(0);
    },
    { timeout: 60_000, interval: 200 },
  );
  const answers = await load.stop();
  expect([...answers.keys()].toSorted()).toEqual([200, 503]);
  const computed = answers.get(200)?.length ?? 0;
  const { text, find: metrics } = await scrape();
  const model = { model: "tiny-group-q8" };
  expect(metrics("undertone_audio_seconds_total")).toEqual([
    { labels: model, value: String(CLIP_SECONDS * computed) },
  ]);
  for (const stage of STAGES) {
    expect(text).toContain(
      `undertone_stage_duration_seconds_count{stage="${stage}"} ${computed}\n`,
    );
  }
  expect(metrics("undertone_info")).toEqual([
    { labels: { runtime: "node", version: expect.any(String), region: "eu-west" }, value: "1" },
  ]);
  expect(metrics("undertone_computations")).toHaveLength(2);
  expect(metrics("undertone_jobs")).toHaveLength(2);
});

it.skipIf(LACKS_PROMTOOL)(`writes what promtool takes${WHY_SKIPPED}`, async () => {
  const { output } = await promtool(["check", "metrics"], (await scrape()).text);
  // Gauges of prom-client are called so.
  const others = output.split("\n").filter((line) => !/^(nodejs_active_\w+_total .*)?$/.test(line));
  expect(others).toEqual([]);
});

it("counts the ends of jobs and the attempts of webhooks by their outcome", async () => {
  const receiver = createServer((_, response) => response.writeHead(204).end());
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const { port } = receiver.address() as AddressInfo;
  await fetch(`${server.url}/v1/webhook-secrets`, { method: "POST" });
  const callback = encodeURIComponent(`http://127.0.0.1:${port}/`);
  const jobs = `${server.url}/v1/jobs?layers=1&callback_url=${callback}`;
  expect((await fetch(jobs, { method: "POST", body: chirp(1600) })).status).toBe(202);
  await vi.waitFor(
    async () => {
      const { text } = await scrape();
      expect(text).toContain('undertone_job_ends_total{status="done"} 1\n');
      expect(text).toContain('undertone_webhook_attempts_total{outcome="delivered"} 1\n');
    },
    { timeout: 20_000, interval: 200 },
  );
  receiver.close();
});

it("is measured by undertone regions beside what does not answer, and says how its clips fared", async () => {
  const args = [server.url, "http://127.0.0.1:9", "--rounds", "2"];
  const measured = await runUndertone(["regions", ...args, "--json"]);
  expect(measured.status, measured.stderr).toBe(1);
  const [reached, refused] = JSON.parse(measured.stdout);
  expect(refused).toMatchObject({ warm_clip_ms: null, error: "ECONNREFUSED" });
  expect(reached).toMatchObject({ url: server.url, region: "eu-west", colo: null, error: null });
  expect(reached.connect_ms).toBeGreaterThan(0);
  expect(reached.first_byte_ms).toBeGreaterThan(0);
  expect(reached.warm_clip_ms).toBeGreaterThan(reached.first_byte_ms);
  const { regions } = await (await fetch(`${server.url}/v1/regions`)).json();
  // Those of the full load above.
  const errors = Number(
    /undertone_problems_total\{slug="queue-full"\} (\d+)/.exec((await scrape()).text)?.[1],
  );
  expect(regions).toMatchObject([{ region: "eu-west", colo: null, errors }]);
  expect(regions[0].clips).toBeGreaterThanOrEqual(3);
  const drawn = await runUndertone(["regions", server.url, "--model", "none-such"]);
  expect(drawn.status).toBe(1);
  expect(drawn.stdout).toContain(`${server.url}: answers 404: `);
  const table = (await runUndertone(["regions", server.url, "--rounds", "1"])).stdout;
  expect(table).toMatch(/^url +region +colo +connect +first byte +first clip +warm clip\n/);
  expect(table).toMatch(/\nhttp\S+ +eu-west +– /);
  expect(table).toContain("█ warm clip");
});

it("has no more series after 10000 requests with random ids than before", async () => {
  const routes = [
    (id: string) => `/v1/jobs/job_${id}`,
    (id: string) => `/v1/batches/${id}`,
    (id: string) => `/nowhere/${id}?of=${id}`,
    (id: string) => `/problems/${id}`,
    (id: string) => `/v1/models?model=${id}`,
  ];
  const ask = async (index: number) => {
    const id = crypto.randomUUID();
    const path = routes[index % routes.length]?.(id) ?? "/";
    await (await fetch(server.url + path, { headers: { "X-Request-Id": id } })).arrayBuffer();
  };
  const seriesNow = async () => {
    const answer = await fetch(`${server.url}/metrics`);
    const lines = (await answer.text()).split("\n").filter((line) => line.startsWith("undertone_"));
    return lines.map((line) => line.slice(0, line.lastIndexOf(" "))).sort();
  };
  await Promise.all(routes.map((_, index) => ask(index)));
  await seriesNow();
  const before = await seriesNow();
  let next = 0;
  const client = async () => {
    while (next < 10_000) await ask(next++);
  };
  await Promise.all(Array.from({ length: 32 }, client));
  expect(await seriesNow()).toEqual(before);
});
