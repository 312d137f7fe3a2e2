import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSecretBox } from "../../src/crypto/secret-box.ts";
import { portableSha256 } from "../../src/crypto/sha256.ts";
import { sql } from "../../src/database/database.ts";
import { openSqliteDatabase, type SqliteDatabase } from "../../src/database/sqlite.ts";
import type { Hook } from "../../src/hooks/hook.ts";
import { forgetOldEvents } from "../../src/hooks/seen-events.ts";
import { deleteHook, insertHook } from "../../src/hooks/table.ts";
import { takeHookRequest } from "../../src/hooks/take-request.ts";
import type { JobContext } from "../../src/jobs/context.ts";
import { readJob } from "../../src/jobs/table.ts";
import { createLedger } from "../../src/ledger.ts";
import { nodeSend } from "../../src/outbound/send-node.ts";
import { readSettings } from "../../src/platform/settings.ts";
import type { Message } from "../../src/queue/messages.ts";
import { memoryStore } from "../../src/store/memory.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;
const NOW_MS = Date.UTC(2026, 0, 15, 12);
const ORIGIN = "https://undertone.dev";
const SECRET = "It's a Secret to Everybody";
const CLIP_URL = "https://audio.undertone.dev/clip.wav";

const HOOK: Hook = {
  name: "calls",
  owner: "acme",
  createdAt: NOW_MS,
  verification: { kind: "github", header: "X-Hub-Signature-256" },
  secrets: [SECRET],
  audio: { pointer: "/recording/url", holds: "url" },
  idPointer: null,
  options: { pool: "mean" },
  callbackUrl: "https://receiver.undertone.dev/done",
};

let database: SqliteDatabase;
let context: JobContext;
let sent: Message[];
let now: number;

beforeEach(() => {
  database = openSqliteDatabase(":memory:", MIGRATIONS);
  sent = [];
  now = NOW_MS;
  const urlRules = { allowPrivate: false };
  context = {
    database,
    files: memoryStore(),
    bucket: null,
    queue: { send: async (messages) => void sent.push(...messages) },
    settings: readSettings({}),
    ledger: createLedger(1e9),
    startSha256: portableSha256,
    send: nodeSend(urlRules),
    secrets: createSecretBox([]),
    urlRules,
    now: () => now,
    log: () => {},
  };
});
afterEach(() => database.close());

interface Posted {
  readonly contentType?: string;
  readonly secret?: string;
  readonly name?: string;
}

function post(
  body: string | Buffer,
  { contentType = "application/json", secret = SECRET, name = "calls" }: Posted = {},
) {
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  const headers = { "Content-Type": contentType, "X-Hub-Signature-256": `sha256=${digest}` };
  const request = {
    url: `${ORIGIN}/v1/hooks/${name}`,
    headers: new Headers(headers),
    nowMs: now,
    readBody: async () => new Uint8Array(Buffer.from(body)),
  };
  return takeHookRequest(context, name, request, ORIGIN);
}

const eventOf = (url: unknown, more: object = {}) =>
  JSON.stringify({ recording: { url }, ...more });
const jobCount = async () =>
  (await database.first<{ n: number }>(sql`SELECT COUNT(*) AS n FROM jobs`))?.n;

describe("a hook", () => {
  it("makes a job of the clip that the JSON names, with its own options and callback", async () => {
    await insertHook(database, HOOK);
    const { jobId, isNew } = await post(eventOf(CLIP_URL));
    expect(isNew).toBe(true);
    expect(await readJob(context, jobId)).toMatchObject({
      owner: "acme",
      status: "queued",
      source: { kind: "url", url: CLIP_URL },
      options: { pool: "mean" },
      callbackUrl: "https://receiver.undertone.dev/done",
      origin: ORIGIN,
      metadata: { hook: "calls" },
    });
    expect(sent).toEqual([{ kind: "job", id: jobId }]);
  });

  it("finds the clip in a form", async () => {
    await insertHook(database, { ...HOOK, audio: { pointer: "/RecordingUrl", holds: "url" } });
    const form = new URLSearchParams({ CallSid: "CA1", RecordingUrl: CLIP_URL }).toString();
    const contentType = "application/x-www-form-urlencoded";
    const { jobId } = await post(form, { contentType });
    expect((await readJob(context, jobId))?.source).toEqual({ kind: "url", url: CLIP_URL });
  });

  it.each([
    ["plain base64", (base64: string) => base64],
    ["a data URL", (base64: string) => `data:audio/wav;base64,${base64}`],
  ])("takes a clip that is there as %s", async (_, write) => {
    await insertHook(database, { ...HOOK, audio: { pointer: "/clips/0", holds: "base64" } });
    const clip = Uint8Array.from({ length: 256 }, (_, index) => index);
    const text = write(Buffer.from(clip).toString("base64"));
    const { jobId } = await post(JSON.stringify({ clips: [text] }));
    expect((await readJob(context, jobId))?.source).toEqual({ kind: "upload" });
    expect(await context.files.get(`clips/${jobId}`)).toEqual(clip);
  });

  it.each([
    ["no JSON", "{", /neither JSON/],
    ["nothing", "", /neither JSON/],
    ["another document", "{}", /nothing at \/recording\/url/],
    ["a number", eventOf(5), /no text at/],
    ["empty text", eventOf(""), /empty text at/],
    ["a list", eventOf([CLIP_URL]), /no text at/],
    ["what is not UTF-8", Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
    ["deep nesting", "[".repeat(100_000), /neither JSON/],
  ])("refuses a signed body that holds %s", async (_, body, message) => {
    await insertHook(database, HOOK);
    await expect(post(body)).rejects.toMatchObject({
      slug: "hook-body-invalid",
      message: expect.stringMatching(message),
    });
    expect(await jobCount()).toBe(0);
  });

  it("refuses text that is no base64", async () => {
    await insertHook(database, { ...HOOK, audio: { pointer: "/clip", holds: "base64" } });
    await expect(post('{"clip":"%%%"}')).rejects.toMatchObject({ slug: "hook-body-invalid" });
  });

  it("refuses a clip that is not on the public internet", async () => {
    await insertHook(database, HOOK);
    await expect(post(eventOf("https://169.254.169.254/"))).rejects.toMatchObject({
      slug: "url-not-allowed",
    });
  });

  it("looks at nothing that is not signed with its secret", async () => {
    await insertHook(database, HOOK);
    await expect(post("{", { secret: "other" })).rejects.toMatchObject({
      slug: "signature-invalid",
    });
    expect(await jobCount()).toBe(0);
  });

  it("is not there before it is created, nor after it is deleted", async () => {
    await expect(post(eventOf(CLIP_URL))).rejects.toMatchObject({ slug: "unknown-hook" });
    await insertHook(database, HOOK);
    expect(await insertHook(database, HOOK)).toBe(false);
    expect(await deleteHook(database, "calls")).toBe(true);
    expect(await deleteHook(database, "calls")).toBe(false);
    await expect(post(eventOf(CLIP_URL))).rejects.toMatchObject({ slug: "unknown-hook" });
  });
});

describe("an event that a hook is sent again", () => {
  it("makes no second job", async () => {
    await insertHook(database, HOOK);
    const first = await post(eventOf(CLIP_URL));
    expect(await post(eventOf(CLIP_URL))).toEqual({ jobId: first.jobId, isNew: false });
    expect(await jobCount()).toBe(1);
    expect(sent).toHaveLength(1);
  });

  it("makes no second job at the same time", async () => {
    await insertHook(database, HOOK);
    const taken = await Promise.all(Array.from({ length: 10 }, () => post(eventOf(CLIP_URL))));
    expect(new Set(taken.map(({ jobId }) => jobId)).size).toBe(1);
    expect(await jobCount()).toBe(1);
  });

  it("makes no job once its job was deleted", async () => {
    await insertHook(database, HOOK);
    const { jobId } = await post(eventOf(CLIP_URL));
    await database.run(sql`DELETE FROM jobs WHERE id = ${jobId}`);
    expect(await post(eventOf(CLIP_URL))).toEqual({ jobId, isNew: false });
    expect(await jobCount()).toBe(0);
  });

  it("is taken if its first coming was refused", async () => {
    await insertHook(database, HOOK);
    context = { ...context, queue: { send: () => Promise.reject(new Error("no queue")) } };
    await expect(post(eventOf(CLIP_URL))).rejects.toThrow("no queue");
    context = { ...context, queue: { send: async (messages) => void sent.push(...messages) } };
    await post(eventOf(CLIP_URL));
    expect(await jobCount()).toBe(1);
  });

  it("is known by what the hook's own pointer leads to", async () => {
    await insertHook(database, { ...HOOK, idPointer: "/id" });
    const first = await post(eventOf(CLIP_URL, { id: "evt_1", pending: 2 }));
    const again = await post(eventOf(CLIP_URL, { id: "evt_1", pending: 1 }));
    const other = await post(eventOf(CLIP_URL, { id: 2 }));
    expect([first.isNew, again.isNew, other.isNew]).toEqual([true, false, true]);
    await expect(post(eventOf(CLIP_URL))).rejects.toMatchObject({ slug: "hook-body-invalid" });
  });

  it("is another event for another hook", async () => {
    await insertHook(database, HOOK);
    await insertHook(database, { ...HOOK, name: "meetings" });
    await post(eventOf(CLIP_URL));
    expect((await post(eventOf(CLIP_URL), { name: "meetings" })).isNew).toBe(true);
  });

  it("is remembered for a week", async () => {
    await insertHook(database, HOOK);
    await post(eventOf(CLIP_URL));
    const remembered = async () =>
      (await database.all(sql`SELECT event_id FROM hook_seen_ids`)).length;
    await forgetOldEvents(database, NOW_MS + 7 * 24 * 3600_000 - 1);
    expect(await remembered()).toBe(1);
    await forgetOldEvents(database, NOW_MS + 7 * 24 * 3600_000);
    expect(await remembered()).toBe(0);
  });

  it("keeps a long id short", async () => {
    await insertHook(database, { ...HOOK, idPointer: "/id" });
    const { jobId } = await post(eventOf(CLIP_URL, { id: "x".repeat(100_000) }));
    const metadata = JSON.stringify((await readJob(context, jobId))?.metadata);
    expect(metadata.length).toBeLessThan(300);
  });
});
