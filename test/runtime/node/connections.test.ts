import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";

const MAX_CONNECTIONS = 8;

let directory: string;
let server: StartedServer;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-connections-"));
  server = await startNodeServer({
    MAX_CONNECTIONS: String(MAX_CONNECTIONS),
    PACKS: directory,
    DATA: directory,
    UNDERTONE_OPEN: "1",
    HOST: "::ffff:127.0.0.1",
  });
});
afterEach(async () => {
  server.process.kill("SIGKILL");
  await server.ended;
  await rm(directory, { recursive: true });
});

async function open(localAddress: string): Promise<Socket> {
  const port = Number(new URL(server.url).port);
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Whether a request on the connection is answered, rather than the connection closed or reset. */
async function isServed(socket: Socket): Promise<boolean> {
  const first = Promise.race([
    once(socket, "data").then(([bytes]) => String(bytes).startsWith("HTTP/1.1 200")),
    once(socket, "close").then(() => false),
  ]).catch(() => false);
  socket.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  return first;
}

it("a Node server gives one address half of its connections, and takes new ones when some are closed", async () => {
  const held = await Promise.all(
    Array.from({ length: MAX_CONNECTIONS / 2 }, () => open("127.0.0.1")),
  );
  for (const socket of held) expect(await isServed(socket)).toBe(true);
  expect(await isServed(await open("127.0.0.1"))).toBe(false);
  const others = await open("127.0.0.2");
  expect(await isServed(others)).toBe(true);
  held[0]?.destroy();
  await expect.poll(async () => isServed(await open("127.0.0.1"))).toBe(true);
  for (const socket of [...held, others]) socket.destroy();
});

it("a Node server closes a connection that sends no whole header", {
  timeout: 30_000,
}, async () => {
  const socket = await open("127.0.0.1");
  socket.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  const [bytes] = await once(socket, "data");
  expect(String(bytes)).toMatch(/^HTTP\/1\.1 408 /);
  await once(socket, "close");
});
