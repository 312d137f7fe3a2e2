import { once } from "node:events";
import { cp, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import {
  computeAll,
  goldenDirectory,
  installGolden,
  nodeRegistry,
} from "../../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { readNpy } from "../../support/http/answer-readers.ts";
import { chirp } from "../../support/http/service.ts";
import { expectLogStyle } from "../../support/log-style.ts";

const SAMPLE_RATE_HZ = 16_000;

let directory: string;
let packs: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-node-"));
  packs = join(directory, "packs");
  await installGolden(filesystemStore(packs), "tiny-group", "q8");
});
afterAll(() => rm(directory, { recursive: true }));

let server: StartedServer;
let starts = 0;
async function start(variables: Readonly<Record<string, string>> = {}) {
  server = await startNodeServer({
    PACKS: packs,
    DATA: join(directory, `data-${++starts}`),
    MAX_CLIP_SECONDS: "600",
    UNDERTONE_OPEN: "1",
    ...variables,
  });
  return server;
}
afterEach(async () => {
  server.process.kill("SIGKILL");
  await server.ended;
});

function post(seconds: number): Promise<Response> {
  const body = chirp(seconds * SAMPLE_RATE_HZ);
  return fetch(`${server.url}/v1/features?format=npy`, { method: "POST", body });
}

const healthz = () => fetch(`${server.url}/healthz`);
const readyz = () => fetch(`${server.url}/readyz`);

/** Lets the engine begin with a clip, which nobody outside can tell. */
const whileComputing = () => new Promise((resolve) => setTimeout(resolve, 300));

/** Sends the first half of a clip, and the other once it is released. */
function postSlowly() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const clip = chirp(SAMPLE_RATE_HZ);
  async function* halves() {
    yield clip.slice(0, clip.length / 2);
    begin();
    await released;
    yield clip.slice(clip.length / 2);
  }
  const answer = fetch(`${server.url}/v1/features?format=npy`, {
    method: "POST",
    body: halves() as unknown as BodyInit,
    duplex: "half",
  } as RequestInit);
  return { answer, begun, release };
}

describe("the Node server", () => {
  it("gives what the engine in this process gives", async () => {
    await start();
    const body = chirp(2 * SAMPLE_RATE_HZ, { format: "f32" });
    const answer = await fetch(`${server.url}/v1/features?format=npy`, { method: "POST", body });
    expect(answer.status).toBe(200);
    const { shape, values } = readNpy(new Uint8Array(await answer.arrayBuffer()));
    const engine = await nodeRegistry(filesystemStore(packs)).open();
    // A float WAV ends with its samples.
    const samples = new Float32Array(body.slice(-2 * SAMPLE_RATE_HZ * 4).buffer);
    const expected = (await computeAll(engine, samples)).get("hidden_states.3");
    expect(shape).toEqual([expected?.rows, expected?.columns]);
    expect(Float32Array.from(values)).toEqual(expected?.data);
  });

  it("listens on this machine only, names itself, and says what it computes with", async () => {
    await start({ UNDERTONE_WORKERS: "64" });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await healthz()).json()).toEqual({ status: "ok", runtime: "node" });
    const { engines, threads } = await server.logged("listening");
    expect(engines).toBeGreaterThanOrEqual(1);
    expect(threads).toBe(1);
  });

  it("answers others while it computes a long clip", async () => {
    await start();
    const ended: string[] = [];
    const computing = post(100).then(async (answer) => {
      await answer.arrayBuffer();
      ended.push("computed");
    });
    await whileComputing();
    for (let asked = 0; asked < 5; asked++) {
      expect((await healthz()).status).toBe(200);
      ended.push("healthy");
    }
    await computing;
    expect(ended.at(-1)).toBe("computed");
  });

  it("stops computing for a client that goes away", async () => {
    await start();
    const leaving = new AbortController();
    const body = chirp(100 * SAMPLE_RATE_HZ);
    const address = `${server.url}/v1/features?format=npy`;
    const left = fetch(address, { method: "POST", body, signal: leaving.signal });
    await whileComputing();
    leaving.abort();
    await expect(left).rejects.toThrow();
    const entry = await server.logged("request");
    expect(entry).toMatchObject({ status: 499, problem: "request-aborted" });
    expect((await post(1)).status).toBe(200);
  });
});

describe("a Node server and its data", () => {
  it("does jobs, and keeps their results for the next process", async () => {
    const DATA = join(directory, "data-of-jobs");
    await start({ DATA });
    const body = chirp(SAMPLE_RATE_HZ);
    const submitted = await fetch(`${server.url}/v1/jobs?format=npy`, { method: "POST", body });
    expect(submitted.status).toBe(202);
    const { id } = await submitted.json();
    const statusOf = async () => (await (await fetch(`${server.url}/v1/jobs/${id}`)).json()).status;
    await vi.waitFor(async () => expect(await statusOf()).toBe("done"), { timeout: 30_000 });
    server.process.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expectLogStyle(server.logs());
    expect(server.logs()).toContainEqual(expect.objectContaining({ event: "job", job_id: id }));

    await start({ DATA });
    expect(await statusOf()).toBe("done");
    const result = await fetch(`${server.url}/v1/jobs/${id}/result`);
    expect(readNpy(new Uint8Array(await result.arrayBuffer())).shape).toEqual([49, 48]);
  });

  it.each(["127.0.0.2", "::1", "::ffff:127.0.0.1"])(
    "is open on %s, which it may be",
    async (HOST) => {
      await start({ HOST });
      expect((await post(1)).status).toBe(200);
      expect(server.logs().map(({ event }) => event)).not.toContain("no-key-configured");
    },
  );

  it("is not open to a name that somebody had lead to this machine", async () => {
    await start({ HOST: "127.0.0.2" });
    const { port } = new URL(server.url);
    const asked = request({
      host: "127.0.0.2",
      port,
      path: "/v1/models",
      headers: { Host: "evil.example" },
    });
    const [response] = await once(asked.end(), "response");
    expect(response.statusCode).toBe(401);
  });

  it("goes on with its default model when another is installed", async () => {
    const installed = join(directory, "packs-of-two");
    const build = async (name: string, id: string) => {
      const out = join(directory, id);
      const args = ["--precision", "fp32", "--id", id, "--out", out];
      await runUndertone(["pack", "build", goldenDirectory(name), ...args]);
      await runUndertone(["pack", "install", out, "--directory", installed]);
    };
    await build("tiny-group", "m-first");
    await start({ PACKS: installed, REMEMBER_SECONDS: "0" });
    const modelThatAnswers = async () => (await post(1)).headers.get("X-Undertone-Model");
    expect(await modelThatAnswers()).toBe("m-first");
    await build("tiny-layer", "a-second");
    expect(await modelThatAnswers()).toBe("m-first");
    await runUndertone(["pack", "default", "a-second", "--directory", installed]);
    expect(await modelThatAnswers()).toBe("a-second");
  });

  it("answers those who have a key of its database, where it is not open", async () => {
    const DATA = join(directory, "data-of-keys");
    await start({ DATA, UNDERTONE_OPEN: "" });
    const { message } = await server.logged("no-key-configured");
    expect(message).toContain(
      `key create --scope features,jobs --database ${DATA}/undertone.sqlite`,
    );
    expect(message).toContain("UNDERTONE_OPEN=1");
    expect((await post(1)).status).toBe(401);
    await expect
      .poll(async () => (await readyz()).json(), { timeout: 30_000 })
      .toMatchObject({ status: "ready" });
    const database = join(DATA, "undertone.sqlite");
    const args = ["key", "create", "--scope", "features", "--database", database];
    const { stdout } = await runUndertone(args);
    const answer = await fetch(`${server.url}/v1/features?pool=mean`, {
      method: "POST",
      headers: { Authorization: `Bearer ${stdout.trim()}` },
      body: chirp(SAMPLE_RATE_HZ),
    });
    expect(answer.status).toBe(200);
  });
});

describe("a Node server that gets its model and its key by variables", () => {
  it("installs the model while it listens, and is ready then, to those who have the key", async () => {
    const API_KEY = `ut_0123456789ab_${"k".repeat(43)}`;
    const own = {
      PACKS: join(directory, "packs-of-model"),
      DATA: join(directory, "data-of-model"),
    };
    await start({ ...own, MODEL_ID: "spoken-words", API_KEY, UNDERTONE_OPEN: "" });
    expect((await healthz()).status).toBe(200);
    await server.logged("model-installed");
    await vi.waitFor(async () => expect((await readyz()).status).toBe(200), 30_000);
    const ask = (headers: HeadersInit) => fetch(`${server.url}/v1/models`, { headers });
    expect((await ask({})).status).toBe(401);
    const { models } = await (await ask({ Authorization: `Bearer ${API_KEY}` })).json();
    expect(models).toMatchObject([{ id: "spoken-words-q8", default: true }]);
    expect(JSON.stringify(server.logs())).not.toContain(API_KEY);
  });

  it("ends with 1 and the reason if it cannot have the model", async () => {
    const own = { PACKS: join(directory, "no-model"), MODEL_ID: "/no/such/model" };
    await start(own);
    expect(await server.ended).toBe(1);
    expect(server.logs().at(-1)).toMatchObject({
      event: "misconfigured",
      message: expect.stringMatching(/MODEL_ID \/no\/such\/model could not be installed: .+/),
    });
  });
});

describe("a Node server that is told to end", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "finishes what runs, refuses what comes, and exits with 0: %s",
    async (signal) => {
      await start();
      const agent = new Agent({ keepAlive: true });
      const running = post(200);
      await whileComputing();
      server.process.kill(signal);
      await server.logged("shutting-down");

      const refused = await healthz();
      expect(refused.status).toBe(503);
      expect(refused.headers.get("Connection")).toBe("close");
      expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ type: "/problems/shutting-down" });
      expect((await readyz()).status).toBe(503);

      const answer = await running;
      expect(answer.status).toBe(200);
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(9999 * 48 * 4);
      expect(await server.ended).toBe(0);
      agent.destroy();
    },
  );

  it("does so at once if nothing runs, whoever keeps a connection open", async () => {
    await start();
    const agent = new Agent({ keepAlive: true });
    const asked = request(`${server.url}/healthz`, { agent }).end();
    const [answer] = await once(asked, "response");
    await answer.resume();
    await once(answer, "end");
    server.process.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    agent.destroy();
  });

  it("ends at once when it is told again", async () => {
    // Threads that are inside native code have the process abort, where it ends without waiting for them.
    await start({ UNDERTONE_BACKEND: "wasm" });
    const running = postSlowly();
    const failed = expect(running.answer).rejects.toThrow();
    await running.begun;
    await healthz();
    server.process.kill("SIGTERM");
    await server.logged("shutting-down");
    // Two signals within a second are one wish: a terminal's Ctrl-C comes twice through npm.
    server.process.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    server.process.kill("SIGTERM");
    expect(await server.ended).toBe(1);
    await failed;
  });
});

describe("a Node server that is set up wrongly", () => {
  it("names the variable and does not start", async () => {
    await start({ PORT: "many" });
    expect(await server.ended).toBe(1);
    expect(server.logs()).toEqual([
      expect.objectContaining({ event: "misconfigured", message: expect.stringContaining("PORT") }),
    ]);
  });

  it("says why the backend that it was told to use cannot be used", async () => {
    const noDriver = { VK_DRIVER_FILES: "/dev/null", VK_ICD_FILENAMES: "/dev/null" };
    await start({ UNDERTONE_BACKEND: "webgpu", ...noDriver });
    expect(await server.ended).toBe(1);
    expect(server.logs()).toEqual([
      expect.objectContaining({
        event: "misconfigured",
        message: expect.stringMatching(/UNDERTONE_BACKEND.*there is no GPU adapter/),
      }),
    ]);
  });

  it("names the directory that it cannot write", async () => {
    const file = join(directory, "a-file");
    await writeFile(file, "");
    await start({ DATA: join(file, "data") });
    expect(await server.ended).toBe(1);
    expect(server.logs()).toEqual([
      expect.objectContaining({ message: expect.stringContaining(join(file, "data")) }),
    ]);
  });

  it("names the port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await start({ PORT: String(port) });
    expect(await server.ended).toBe(1);
    expect(server.logs()).toEqual([
      expect.objectContaining({ message: expect.stringContaining(`127.0.0.1:${port}`) }),
    ]);
    other.close();
  });

  it("asks for patience while a file of a pack cannot be read, and says why in its log", async () => {
    const broken = join(directory, "unreadable-packs");
    await cp(packs, broken, { recursive: true });
    for (const name of await readdir(join(broken, "blobs"))) {
      await rm(join(broken, "blobs", name));
      await symlink(name, join(broken, "blobs", name));
    }
    await start({ PACKS: broken });
    const answer = await post(1);
    expect(await answer.json()).toMatchObject({ type: "/problems/storage-unavailable" });
    expect(answer.status).toBe(503);
    expect(await server.logged("storage-unavailable")).toMatchObject({
      service: "packs",
      message: expect.stringContaining("ELOOP"),
    });
  });

  it("says where packs belong if it has none, and in its answers too", async () => {
    await start({ PACKS: join(packs, "nowhere") });
    const { message } = await server.logged("no-pack-installed");
    expect(message).toContain(`--directory ${join(packs, "nowhere")}`);
    const answer = await post(1);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ type: "/problems/no-pack-installed" });
  });
});
