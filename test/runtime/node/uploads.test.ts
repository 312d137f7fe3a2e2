import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginPost } from "../../../bench/hostile/raw-request.ts";
import { openSqliteDatabase } from "../../../src/database/sqlite.ts";
import { createKey } from "../../../src/keys/table.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";
import { chirp } from "../../support/http/service.ts";

const MIGRATIONS = join(import.meta.dirname, "../../../migrations");
const UPLOADS = 149;
/** Half of it takes 149 clips that are decoded as they come, which count as 64 kB each, and no 149 that are kept. */
const MAX_HELD_BODY_BYTES = 24_000_000;
const JOBS = "/v1/jobs?pool=mean";
const FEATURES = "/v1/features?pool=mean";
/** So many callers that none of them reaches its half. */
const KEYS = 6;

const clip = chirp(144_000);

let directory: string;
let server: StartedServer;
let keys: string[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-uploads-"));
  await installGolden(filesystemStore(join(directory, "packs")), "tiny-group", "fp32");
  server = await startNodeServer({
    PACKS: join(directory, "packs"),
    DATA: directory,
    MAX_CLIP_BYTES: "400000",
    MAX_HELD_BODY_BYTES: String(MAX_HELD_BODY_BYTES),
    MAX_QUEUE: "2",
  });
  const database = openSqliteDatabase(join(directory, "undertone.sqlite"), MIGRATIONS);
  const grant = { scopes: ["features", "jobs"] as const, requestsPerMinute: 6000 };
  const made = Array.from({ length: KEYS }, () => createKey(database, grant, Date.now()));
  keys = (await Promise.all(made)).map(({ token }) => token);
  database.close();
});
afterAll(async () => {
  server?.process.kill("SIGKILL");
  await server?.ended;
  await rm(directory, { recursive: true });
});

interface Refusal {
  readonly status: number;
  readonly slug: string;
  readonly bound: number;
  readonly retryAfterSeconds: number;
}

/**
 * Uploads that all were sent but for their last byte before the first one is ended, and, if they are more than the bodies that
 * are held, before the first one is refused; gives the refusals, and how many were taken.
 */
async function uploadAtOnce(path: string, senders: readonly string[], areHeld: boolean) {
  const uploads = await Promise.all(
    Array.from({ length: UPLOADS }, async (_, index) => {
      const key = senders[index % senders.length];
      const upload = await beginPost(new URL(path, server.url), {
        Authorization: `Bearer ${key}`,
        // All are the same clip, of which one result would do.
        "Cache-Control": "no-store",
      });
      await upload.send(clip.subarray(0, -1));
      return upload;
    }),
  );
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  if (areHeld) await Promise.race(uploads.map(({ answer }) => answer));
  const answers = await Promise.all(
    uploads.map(async (upload) => {
      await upload.send(clip.subarray(-1));
      upload.end();
      return upload.answer;
    }),
  );
  for (const { socket } of uploads) socket.destroy();
  const refusals = answers
    .filter(({ status }) => status >= 300)
    .map(({ status, body }): Refusal => {
      const { type, max_bytes, max_queue, retry_after_seconds } = JSON.parse(body);
      const slug = type.replace("/problems/", "");
      return {
        status,
        slug,
        bound: max_bytes ?? max_queue,
        retryAfterSeconds: retry_after_seconds,
      };
    });
  return { refusals, taken: UPLOADS - refusals.length };
}

/** How one more upload of a key is answered, once it was told to wait and has waited. */
async function uploadAgain(path: string, key: string | undefined): Promise<Response> {
  for (;;) {
    const headers = { Authorization: `Bearer ${key}` };
    const response = await fetch(new URL(path, server.url), {
      method: "POST",
      headers,
      body: clip,
    });
    const seconds = Number(response.headers.get("Retry-After"));
    if (seconds === 0) return response;
    expect(response.status).toBe(503);
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

describe("149 uploads at once", () => {
  it.each([
    {
      what: "clips of one caller's jobs",
      path: JOBS,
      callers: 1,
      slug: "caller-memory-full",
      bound: MAX_HELD_BODY_BYTES / 2,
    },
    {
      what: "clips of many callers' jobs",
      path: JOBS,
      callers: KEYS,
      slug: "body-memory-full",
      bound: MAX_HELD_BODY_BYTES,
    },
    {
      what: "clips to compute at once",
      path: FEATURES,
      callers: KEYS,
      slug: "queue-full",
      bound: 2,
    },
  ])(
    "of $what are refused with $slug beyond that bound",
    {
      timeout: 60_000,
    },
    async ({ path, callers, slug, bound }) => {
      const senders = keys.slice(0, callers);
      const { refusals, taken } = await uploadAtOnce(path, senders, path === JOBS);
      expect(taken).toBeGreaterThan(0);
      expect(refusals.length).toBeGreaterThan(0);
      const expected = { status: 503, slug, bound, retryAfterSeconds: 2 };
      for (const refusal of refusals) expect(refusal).toEqual(expected);
      expect((await uploadAgain(path, keys[0])).ok).toBe(true);
    },
  );
});
