import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";
import { queryParquet } from "../../support/duckdb.ts";
import { chirp } from "../../support/http/service.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";

/** Every address that begins with 127 is this machine's, and each is a host of its own. */
const SILENT_HOSTS = Array.from({ length: 20 }, (_, index) => `127.0.0.${2 + index}`);
const IN_FLIGHT_PER_HOST = 4;
const PATIENCE = { timeout: 60_000, interval: 100 };

let directory: string;
let server: StartedServer;
let silent: Server;
let openRequests = 0;
let receiver: TestServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-node-webhooks-"));
  await installGolden(filesystemStore(join(directory, "packs")), "tiny-group", "fp32");
  server = await startNodeServer({
    PACKS: join(directory, "packs"),
    DATA: join(directory, "data"),
    UNDERTONE_OPEN: "1",
    ALLOW_PRIVATE_URLS: "1",
  });
  silent = createServer((_, response) => {
    openRequests++;
    response.on("close", () => openRequests--);
  }).listen(0, "0.0.0.0");
  await once(silent, "listening");
  receiver = await startHttpServer(({ method }, response) =>
    response.end(method === "GET" ? clip : undefined),
  );
});
afterAll(async () => {
  server?.process.kill("SIGKILL");
  await server?.ended;
  silent?.closeAllConnections();
  silent?.close();
  await receiver?.close();
  await rm(directory, { recursive: true });
});

const clip = chirp(1600);

async function submit(callbackUrl: string): Promise<string> {
  const query = new URLSearchParams({ pool: "mean", callback_url: callbackUrl });
  const response = await fetch(`${server.url}/v1/jobs?${query}`, { method: "POST", body: clip });
  const job = await response.json();
  expect(response.status, JSON.stringify(job)).toBe(202);
  return job.id;
}

it("a Node server delivers a webhook while twenty hosts take four each and answer none", async () => {
  const made = await fetch(`${server.url}/v1/webhook-secrets`, { method: "POST" });
  const { secret } = await made.json();
  const { port } = silent.address() as AddressInfo;
  for (const host of SILENT_HOSTS) {
    for (let job = 0; job < IN_FLIGHT_PER_HOST; job++) await submit(`http://${host}:${port}/hook`);
  }
  const held = SILENT_HOSTS.length * IN_FLIGHT_PER_HOST;
  await vi.waitFor(() => expect(openRequests).toBe(held), PATIENCE);

  const id = await submit(`${receiver.url}/hook`);
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), PATIENCE);
  const [webhook] = receiver.received;
  const headers = webhook?.headers as Record<string, string>;
  const event = new Webhook(secret).verify(webhook?.body ?? "", headers);
  expect(event).toMatchObject({ type: "job.done", data: { id } });
});

it("a Node server gives the results of a batch as a Parquet file", async () => {
  const line = (pool: string) =>
    JSON.stringify({ id: pool, url: `${receiver.url}/clip.wav`, options: { pool } });
  const body = ["mean", "none", "median"].map(line).join("\n");
  const submitted = await fetch(`${server.url}/v1/batches`, { method: "POST", body });
  const { id } = await submitted.json();
  const path = `${server.url}/v1/batches/${id}`;
  await vi.waitFor(
    async () => expect(await (await fetch(path)).json()).toMatchObject({ status: "done" }),
    PATIENCE,
  );
  const answer = await fetch(`${path}/results?format=parquet`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const rows = await queryParquet(
    bytes,
    `SELECT id, status, problem, len("hidden_states.3") AS frames FROM FILE`,
  );
  expect(rows).toEqual([
    { id: "mean", status: "done", problem: null, frames: "1" },
    { id: "none", status: "done", problem: null, frames: "4" },
    { id: "median", status: "failed", problem: "invalid-option", frames: null },
  ]);
});
