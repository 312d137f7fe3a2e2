import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginPost, type RawRequest } from "../../bench/hostile/raw-request.ts";
import type { Database } from "../../src/database/database.ts";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { insertHook } from "../../src/hooks/table.ts";
import type { LogEntry } from "../../src/log.ts";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { inPieces, pieceSizes } from "../../support/decoding/decode-all.ts";
import { readClip } from "../../support/decoding/fixtures.ts";
import { installGolden } from "../../support/packs/tiny-pack.ts";
import { startNodeServer } from "../../support/runtimes/node.ts";
import { bootWorker } from "../../support/runtimes/workerd.ts";
import { chirp } from "../support/http/service.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");
const FEATURES = "/v1/features?pool=mean";
const SECRET = "It's a Secret to Everybody";
const SIGNED = { "X-Hub-Signature-256": `sha256=${"0".repeat(64)}` };
/** Small, for tests that hold all of it; a body of a clip fits into it once. */
const LIMITS = {
  MAX_CLIP_BYTES: "400000",
  // Nobody needs a key here, so hooks are called by the same as whom uploads come from.
  MAX_HELD_BODY_BYTES: "700000",
  BODY_RATE_SECONDS: "2",
};

interface Started {
  readonly url: string;
  readonly database: Database;
  logs(): LogEntry[];
  stop(): Promise<void>;
}

async function startWorkerd(): Promise<Started> {
  const worker = await bootWorker(LIMITS);
  await installGolden(worker.bucket, "tiny-group", "fp32");
  return {
    url: worker.url.href,
    database: worker.database,
    logs: worker.logs,
    stop: () => worker.stop(),
  };
}

async function startNode(): Promise<Started> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-hostile-"));
  const packs = join(directory, "packs");
  await installGolden(filesystemStore(packs), "tiny-group", "fp32");
  const server = await startNodeServer({
    ...LIMITS,
    PACKS: packs,
    DATA: directory,
    UNDERTONE_OPEN: "1",
    NODE_OPTIONS: "--max-old-space-size=512",
  });
  const database = openSqliteDatabase(join(directory, "undertone.sqlite"), MIGRATIONS);
  return {
    url: server.url,
    database,
    logs: server.logs,
    async stop() {
      database.close();
      server.process.kill("SIGKILL");
      await server.ended;
      await rm(directory, { recursive: true });
    },
  };
}

describe.each([
  { runtime: "workerd", start: startWorkerd },
  { runtime: "a Node server with a heap of 512 MB", start: startNode },
])("$runtime", ({ runtime, start }) => {
  let service: Started;
  beforeAll(async () => {
    service = await start();
    await insertHook(service.database, {
      name: "calls",
      owner: null,
      createdAt: Date.now(),
      verification: { kind: "github", header: "X-Hub-Signature-256" },
      secrets: [SECRET],
      audio: { pointer: "/url", holds: "url" },
      idPointer: null,
      options: { pool: "mean" },
      callbackUrl: null,
    });
  });
  afterAll(() => service?.stop());

  const address = (path: string) => new URL(path, service.url);
  const isWell = async () => expect((await fetch(address("/healthz"))).status).toBe(200);
  const begin = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    beginPost(address(path), headers);
  const refusal = async ({ answer }: RawRequest) => {
    const { status, body } = await answer;
    return { status, slug: JSON.parse(body).type.replace("/problems/", "") };
  };

  it.each([
    [65_600, 70_000],
    [65_531, 300_000],
    [14_000, 300_000],
  ])("refuses a form's boundary of %d characters and lives on", async (length, bytes) => {
    const type = `multipart/form-data; boundary=${"b".repeat(length)}`;
    const ask = async () => {
      const request = await begin("/v1/features", { "Content-Type": type });
      await request.send(Buffer.alloc(bytes, "x"));
      request.end();
      const answer = await request.answer.catch(() => null);
      request.socket.destroy();
      return answer?.status;
    };
    // Node takes no headers of more than 16 kB, and closes at once: TCP may lose its answer while the body still comes.
    await expect
      .poll(ask, { timeout: 20_000 })
      .toBe(runtime !== "workerd" && length > 16_000 ? 431 : 400);
    await isWell();
  });

  /** What was logged of a request: wrangler's proxy does not pass on all answers that come before the body has ended. */
  const loggedOf = async (id: string) => {
    const find = () => service.logs().find(({ request_id }) => request_id === id);
    await expect.poll(find, { timeout: 20_000 }).toBeDefined();
    return find();
  };

  it("reads nothing of millions of single bytes for a hook that does not exist", async () => {
    const request = await begin("/v1/hooks/none", { "X-Request-Id": "no-hook" });
    await request.sendSingleBytes(runtime === "workerd" ? 300_000 : 6_000_000);
    expect(await loggedOf("no-hook")).toMatchObject({ status: 404, problem: "unknown-hook" });
    request.socket.destroy();
    await isWell();
  });

  it.each([
    ["a clip", FEATURES, {}],
    ["a form", FEATURES, { "Content-Type": "multipart/form-data; boundary=b" }],
    ["a job's clip", "/v1/jobs?pool=mean", {}],
    ["a hook's body", "/v1/hooks/calls", SIGNED],
  ])("ends %s that comes in 300,000 single bytes", async (what, path, headers) => {
    const id = what.replaceAll(/\W/g, "-");
    const request = await begin(path, { ...headers, "X-Request-Id": id });
    // A clip and a form have a beginning that they are not refused for.
    await request.send("Content-Type" in headers ? Buffer.from(FORM_HEAD) : chirp(1000));
    await request.sendSingleBytes(300_000);
    expect(await loggedOf(id)).toMatchObject({ status: 408, problem: "body-too-fragmented" });
    request.socket.destroy();
    await isWell();
  });

  it("ends a body that trickles", async () => {
    const request = await begin(FEATURES);
    await request.send(chirp(1000));
    let isAnswered = false;
    void request.answer.finally(() => {
      isAnswered = true;
    });
    for (let sent = 0; sent < 200 && !isAnswered; sent++) {
      await request.send(Buffer.from("A"));
      await delay(100);
    }
    expect(await refusal(request)).toEqual({ status: 408, slug: "body-too-slow" });
    await (await request.answer).isClosed();
  });

  it("takes a recording that comes in real time, frame by frame", async () => {
    const clip = readClip("amr/amr-nb-4k75.amr");
    const request = await begin(FEATURES);
    for (const piece of inPieces(clip, [13])) {
      await request.send(piece);
      await delay(20);
    }
    request.end();
    expect((await request.answer).status).toBe(200);
    request.socket.destroy();
  });

  it("bounds what strangers hold, and takes a hook's call again when they have gone", async () => {
    const holding: RawRequest[] = [];
    for (let open = 0; open < 4; open++) {
      const request = await begin("/v1/hooks/calls", SIGNED);
      await request.send(Buffer.alloc(200_000));
      holding.push(request);
      await delay(50);
    }
    const refused = await Promise.race(holding.map(refusal));
    expect(refused).toEqual({ status: 503, slug: "caller-memory-full" });
    for (const { socket } of holding) socket.destroy();
    await isWell();
    const body = JSON.stringify({ url: "https://audio.undertone.dev/a.wav" });
    const digest = createHmac("sha256", SECRET).update(body).digest("hex");
    const headers = {
      "X-Hub-Signature-256": `sha256=${digest}`,
      "Content-Type": "application/json",
    };
    await expect
      .poll(async () => {
        const answer = await fetch(address("/v1/hooks/calls"), { method: "POST", headers, body });
        return answer.status;
      })
      .toBeOneOf([200, 202]);
  });

  it("gives the same answer however a body is cut", { timeout: 120_000 }, async () => {
    const clip = readClip("mp3/vbr-44100-2.mp3");
    const form = Buffer.concat([Buffer.from(FORM_HEAD), clip, Buffer.from("\r\n--b--\r\n")]);
    const layersOf = async (body: Uint8Array, headers: Record<string, string>, sizes: number[]) => {
      const request = await begin(FEATURES, headers);
      for (const piece of inPieces(body, sizes)) await request.send(piece);
      request.end();
      const { status, body: text } = await request.answer;
      request.socket.destroy();
      expect(status).toBe(200);
      return JSON.parse(text).layers;
    };
    const whole = await layersOf(clip, {}, []);
    await fc.assert(
      fc.asyncProperty(pieceSizes, async (anySizes) => {
        // Not so many that the body is too fragmented.
        const sizes = anySizes.map((size) => Math.max(size, Math.ceil(form.length / 10_000)));
        expect(await layersOf(clip, {}, sizes)).toEqual(whole);
        const type = { "Content-Type": "multipart/form-data; boundary=b" };
        expect(await layersOf(form, type, sizes)).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });
});

const FORM_HEAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="clip.wav"\r\n\r\n';
