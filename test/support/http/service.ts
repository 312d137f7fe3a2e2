/** The app over a real registry, database and queue, with its limits small and its log lines kept. */

import { createApp } from "../../../src/app.ts";
import { createSecretBox } from "../../../src/crypto/secret-box.ts";
import { portableSha256 } from "../../../src/crypto/sha256.ts";
import { openSqliteDatabase } from "../../../src/database/sqlite.ts";
import { tokenBuckets } from "../../../src/keys/rate-limit.ts";
import { createLedger } from "../../../src/ledger.ts";
import type { LogEntry } from "../../../src/log.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { nodeSend } from "../../../src/outbound/send-node.ts";
import { meterParts } from "../../../src/platform/metered.ts";
import { tellOutages } from "../../../src/platform/outages.ts";
import type { Platform } from "../../../src/platform/platform.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { sqliteQueue } from "../../../src/queue/sqlite.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { recentRequests } from "../../../src/telemetry/regions/recent.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { makeWav, type WavContent } from "../../../support/clips/make-wav.ts";
import { installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { prepareHere } from "../model/prepare-here.ts";
import { inspectionOf } from "./inspection.ts";

const MIGRATIONS = new URL("../../../migrations", import.meta.url).pathname;

export const MAX_CLIP_BYTES = 400_000;
export const MAX_CLIP_SECONDS = 2;
export const MAX_JOB_SECONDS = 3;
export const MAX_DECODED_SECONDS = 5;

/** An open app of `models` (none installed if left out), what it runs on, and what it logged so far. */
export function startService(
  models: ModelRegistry = nodeRegistry(memoryStore()),
  platform: Partial<Platform> = {},
) {
  const logged: LogEntry[] = [];
  const now = platform.now ?? Date.now;
  const log = (entry: LogEntry) => void logged.push(entry);
  const { close: shutDatabase, ...database } = openSqliteDatabase(":memory:", MIGRATIONS);
  const urlRules = { allowPrivate: true };
  const whole: Platform = {
    runtime: "node",
    settings: {
      ...readSettings({}),
      maxClipBytes: MAX_CLIP_BYTES,
      maxClipSeconds: MAX_CLIP_SECONDS,
      maxJobSeconds: MAX_JOB_SECONDS,
      maxDecodedSeconds: MAX_DECODED_SECONDS,
      memoryBudgetBytes: 1e9,
      maxQueue: 16,
      windowSeconds: 60,
      backend: null,
    },
    models,
    secrets: createSecretBox([]),
    ledger: createLedger(1e9),
    prepareClip: prepareHere,
    database,
    files: memoryStore(),
    bucket: null,
    queue: sqliteQueue({ database, now }),
    limiter: tokenBuckets(now),
    send: nodeSend(urlRules),
    urlRules,
    isOpen: true,
    packs: memoryStore(),
    backendReport: () => null,
    coloOf: () => null,
    addressOf: () => null,
    piecesOf: () => null,
    clockAdvancesDuringComputation: true,
    maxPartReads: Number.POSITIVE_INFINITY,
    log,
    now,
    startSha256: portableSha256,
    inspection: inspectionOf(memoryStore()),
    keepAlive: () => {},
    telemetry: createTelemetry(),
    regions: recentRequests("", now),
    metricsPage: null,
    ...platform,
  };
  const told = meterParts(tellOutages(whole, whole.log), whole.telemetry);
  return { app: createApp(told), platform: told, logged, shutDatabase };
}

export type Service = ReturnType<typeof startService>;

/** A 16-bit WAV of a chirp, which no channel of a model finds dull. */
export function chirp(sampleCount: number, content: Partial<WavContent> = {}) {
  const samples = Float32Array.from(
    { length: sampleCount },
    (_, index) => 0.5 * Math.sin(index * (0.05 + index * 2e-5)),
  );
  return makeWav({ sampleRateHz: 16_000, channels: [samples], format: "s16", ...content });
}

/** A registry of one tiny pack that calls itself synthetic. */
export async function syntheticRegistry(): Promise<ModelRegistry> {
  const store = memoryStore();
  const key = manifestKey(await installGolden(store, "tiny-group", "fp32"));
  const manifest = JSON.parse(new TextDecoder().decode((await store.get(key)) as Uint8Array));
  const renamed = JSON.stringify({ ...manifest, weights: "synthetic" });
  await store.put(key, new TextEncoder().encode(renamed));
  return nodeRegistry(store);
}

/** A registry of one tiny pack, every blob of which has a flipped byte. */
export async function damagedRegistry(): Promise<ModelRegistry> {
  const store = memoryStore();
  await installGolden(store, "tiny-group", "fp32");
  for (const key of await store.list("blobs/")) {
    const bytes = (await store.get(key)) as Uint8Array;
    bytes[bytes.length >> 1] = ~(bytes[bytes.length >> 1] as number);
    await store.put(key, bytes);
  }
  return nodeRegistry(store);
}

/** Posts a clip as the raw body. */
export function post({ app }: Service, query: string, body?: BodyInit, headers: HeadersInit = {}) {
  return app.request(`/v1/features${query}`, { method: "POST", headers, ...(body && { body }) });
}

/** A problem answer's members, once its form has been checked. */
export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  const contentType = response.headers.get("Content-Type");
  if (contentType !== "application/problem+json") throw new Error(`no problem but ${contentType}`);
  const problem = await response.json();
  if (problem.status !== response.status) throw new Error("the status differs from its member");
  return problem;
}

/** The bytes of an answer. */
export async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}
