/** A platform whose database, files and packs are in a directory, for several processes at once. */
import { join } from "node:path";
import { createSecretBox } from "../../../src/crypto/secret-box.ts";
import { portableSha256 } from "../../../src/crypto/sha256.ts";
import { openSqliteDatabase, type SqliteDatabase } from "../../../src/database/sqlite.ts";
import { tokenBuckets } from "../../../src/keys/rate-limit.ts";
import { createLedger } from "../../../src/ledger.ts";
import { nodeSend } from "../../../src/outbound/send-node.ts";
import type { Platform } from "../../../src/platform/platform.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { sqliteQueue } from "../../../src/queue/sqlite.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { recentRequests } from "../../../src/telemetry/regions/recent.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { inspectionOf } from "../http/inspection.ts";
import { prepareHere } from "../model/prepare-here.ts";

const MIGRATIONS = join(import.meta.dirname, "../../../migrations");
const LEASE_MS = 1000;

/** Opens it; packs are to be put into `<directory>/packs-store`. */
export function openJobsDirectory(directory: string): Platform & { database: SqliteDatabase } {
  const database = openSqliteDatabase(join(directory, "jobs.sqlite"), MIGRATIONS);
  const now = Date.now;
  const urlRules = { allowPrivate: true };
  const packs = filesystemStore(join(directory, "packs-store"));
  return {
    runtime: "node",
    settings: { ...readSettings({}), jobLeaseMs: LEASE_MS, jobRetrySeconds: 0 },
    models: nodeRegistry(packs),
    packs,
    ledger: createLedger(1e9),
    backendReport: () => null,
    prepareClip: prepareHere,
    database,
    files: filesystemStore(join(directory, "files")),
    bucket: null,
    queue: sqliteQueue({ database, now }),
    limiter: tokenBuckets(now),
    send: nodeSend(urlRules),
    secrets: createSecretBox([]),
    urlRules,
    isOpen: true,
    coloOf: () => null,
    addressOf: () => null,
    piecesOf: () => null,
    clockAdvancesDuringComputation: true,
    maxPartReads: Number.POSITIVE_INFINITY,
    log: () => {},
    now,
    startSha256: portableSha256,
    inspection: inspectionOf(packs),
    telemetry: createTelemetry(),
    regions: recentRequests("", now),
    metricsPage: null,
    keepAlive: () => {},
  };
}
