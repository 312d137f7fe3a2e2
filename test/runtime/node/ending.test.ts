import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { openSqliteDatabase } from "../../../src/database/sqlite.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";
import { chirp } from "../../support/http/service.ts";

const SAMPLE_RATE_HZ = 16_000;
const MIGRATIONS = new URL("../../../migrations", import.meta.url).pathname;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-ending-"));
  await installGolden(filesystemStore(join(directory, "packs")), "tiny-group", "q8");
});
afterAll(() => rm(directory, { recursive: true }));

let server: StartedServer;
let starts = 0;
async function start(variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const DATA = join(directory, `data-${++starts}`);
  server = await startNodeServer({
    PACKS: join(directory, "packs"),
    DATA,
    MAX_CLIP_SECONDS: "1200",
    MAX_DECODED_SECONDS: "1200",
    MAX_CLIP_BYTES: "60000000",
    UNDERTONE_OPEN: "1",
    ...variables,
  });
  return DATA;
}
afterEach(async () => {
  server.process.kill("SIGKILL");
  await server.ended;
});

/** A connection, and what has come by it. */
async function dial() {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let received = "";
  socket.on("data", (data) => {
    received += data.toString("latin1");
  });
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.on("close", resolve));
  await once(socket, "connect");
  const statuses = () => [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  return { socket, closed, statuses, received: () => received };
}

const GET = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
const postHead = (path: string, bytes: number) =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${bytes}\r\n\r\n`;

it.each([
  ["an upload that hangs", `${postHead("/v1/features", 1000)}abc`],
  ["half a request", "GET /healthz HTTP/1.1\r\nHo"],
])("waits for %s until its deadline, and exits with 0", async (_what, sent) => {
  await start({ DRAIN_SECONDS: "1" });
  const hanging = await dial();
  hanging.socket.write(sent);
  await fetch(`${server.url}/healthz`);
  server.process.kill("SIGTERM");
  expect(await server.ended).toBe(0);
  await hanging.closed;
  await server.logged("drain-cut-short");
});

it("answers every request that has reached a socket, by 200 or 503, whole", async () => {
  await start();
  const clients = await Promise.all(Array.from({ length: 20 }, dial));
  let isOver = false;
  const asking = clients.map(async ({ socket, closed, statuses }) => {
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    for (let asked = 1; !isOver && !isClosed; asked++) {
      socket.write(GET);
      await Promise.race([vi.waitUntil(() => statuses().length === asked, 20_000), closed]);
      expect(statuses()).toHaveLength(asked);
      if (statuses().at(-1) === "503") return;
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  server.process.kill("SIGTERM");
  expect(await server.ended).toBe(0);
  isOver = true;
  await Promise.all(asking);
  for (const { statuses } of clients) expect(statuses().at(-1)).toBe("503");
});

it("answers what was pipelined behind an answer that takes its time", async () => {
  await start({ DRAIN_SECONDS: "300" });
  const client = await dial();
  const clip = chirp(60 * SAMPLE_RATE_HZ);
  client.socket.write(postHead("/v1/features?pool=mean", clip.length));
  client.socket.write(clip);
  client.socket.write(GET);
  expect(await server.logged("request")).toMatchObject({ path: "/healthz" });
  server.process.kill("SIGTERM");
  await server.logged("shutting-down");
  client.socket.write(GET);
  expect(await server.ended).toBe(0);
  expect(client.statuses()).toEqual(["200", "200", "503"]);
});

it("sends an answer to its end, to a client that reads slowly", async () => {
  await start({ DRAIN_SECONDS: "300" });
  const client = await dial();
  client.socket.pause();
  const clip = chirp(120 * SAMPLE_RATE_HZ);
  client.socket.write(postHead("/v1/features?format=npy", clip.length));
  client.socket.write(clip);
  await server.logged("request");
  server.process.kill("SIGTERM");
  await server.logged("shutting-down");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  client.socket.resume();
  await client.closed;
  expect(await server.ended).toBe(0);
  const [head = "", body = ""] = client.received().split(/\r\n\r\n(.*)/s);
  const declared = /content-length: (\d+)/i.exec(head)?.[1];
  if (declared !== undefined) expect(body).toHaveLength(Number(declared));
  else expect(body.endsWith("\r\n0\r\n\r\n")).toBe(true);
});

it("gives a job back at its deadline, free for the next process, and not counted as tried", async () => {
  const DATA = await start({ DRAIN_SECONDS: "1" });
  const body = chirp(1100 * SAMPLE_RATE_HZ);
  const submitted = await fetch(`${server.url}/v1/jobs?layers=all`, { method: "POST", body });
  const { id } = await submitted.json();
  const statusOf = async () => (await (await fetch(`${server.url}/v1/jobs/${id}`)).json()).status;
  await vi.waitFor(async () => expect(await statusOf()).toBe("running"), { timeout: 20_000 });
  server.process.kill("SIGTERM");
  expect(await server.ended).toBe(0);

  const database = openSqliteDatabase(join(DATA, "undertone.sqlite"), MIGRATIONS);
  expect(await database.first(sql`SELECT status, tries, leased_until FROM jobs`)).toEqual({
    status: "queued",
    tries: 0,
    leased_until: 0,
  });
  expect(await database.all(sql`SELECT key FROM results`)).toEqual([]);
  const due = sql`SELECT body_json FROM messages WHERE visible_at <= ${Date.now()}`;
  expect(await database.all(due)).toEqual([{ body_json: JSON.stringify({ kind: "job", id }) }]);
  database.close();

  server = await startNodeServer({ PACKS: join(directory, "packs"), DATA, UNDERTONE_OPEN: "1" });
  await vi.waitFor(async () => expect(await statusOf()).not.toBe("queued"), { timeout: 20_000 });
});
