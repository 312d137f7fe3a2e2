/** Results by their key: computed by one, kept for a while, and never under two different bytes. */

import { type Database, sql } from "../database/database.ts";
import type { LedgerEntry, MemoryLedger } from "../ledger.ts";
import { deleteBelow } from "../store/delete-all.ts";
import type { WalkableStore } from "../store/store.ts";
import { forgetRow, partKey } from "./parts.ts";
import { readSpread, SPREAD_PIECE_BYTES, type SpreadResult, spreadPieces } from "./spread.ts";
import { storedBytes } from "./stored-bytes.ts";

/** A result as bytes; only the outer layers look inside. */
export interface StoredResult {
  /** JSON. */
  readonly header: string;
  readonly parts: readonly Uint8Array[];
}

/** Lifetimes of results and of leases. */
export interface ResultSettings {
  /** Milliseconds that results, and the clips of jobs at most, are kept. */
  readonly resultTtlMs: number;
  /** Milliseconds after which a consumer that is silent is taken for dead. */
  readonly jobLeaseMs: number;
}

/** The services of a runtime that results use. */
export interface ResultContext {
  readonly database: Database;
  /** Clips of jobs, and results. */
  readonly files: WalkableStore;
  readonly settings: ResultSettings;
  /** The memory of the isolate. */
  readonly ledger: MemoryLedger;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * The result under `key`, or `null` where there is none or it has expired.
 * @param memory where its bytes are counted before they are read
 * @throws UndertoneError `overloaded` if there is no memory for them.
 */
export async function findResult(
  context: ResultContext,
  key: string,
  memory: LedgerEntry,
): Promise<StoredResult | null> {
  const row = await findRow(context, key);
  return row && (await readWhole(context, key, row, memory));
}

/**
 * The same for who reads it piece by piece: of a recording's frames no more than some of a window's are held at once.
 * @throws UndertoneError `overloaded`.
 */
export async function openResult(
  context: ResultContext,
  key: string,
  memory: LedgerEntry,
): Promise<StoredResult | SpreadResult | null> {
  const row = await findRow(context, key);
  if (row === null) return null;
  const { header_json: header, folder } = row;
  const pieces = spreadPieces(context, key, folder, header, true);
  if (pieces === null) return await readWhole(context, key, row, memory);
  memory.hold(SPREAD_PIECE_BYTES);
  return { header, pieces };
}

interface ResultRow {
  readonly header_json: string;
  readonly folder: string;
  readonly parts: number;
}

function findRow({ database, now }: ResultContext, key: string): Promise<ResultRow | null> {
  return database.first<ResultRow>(
    sql`SELECT header_json, folder, parts FROM results
      WHERE key = ${key} AND header_json IS NOT NULL AND expires_at > ${now()}`,
  );
}

async function readWhole(
  context: ResultContext,
  key: string,
  row: ResultRow,
  memory: LedgerEntry,
): Promise<StoredResult | null> {
  const { header_json: header, folder } = row;
  memory.hold(storedBytes(header));
  const parts =
    (await readSpread(context, key, folder, header)) ?? (await readParts(context, key, row));
  if (parts.every((part) => part !== null)) return { header, parts };
  memory.release();
  await forgetRow(context, key, folder);
  return null;
}

function readParts({ files }: ResultContext, key: string, { parts, folder }: ResultRow) {
  const names = Array.from({ length: parts }, (_, index) => partKey(key, folder, index));
  return Promise.all(names.map((name) => files.get(name)));
}

/**
 * True if the result under `key` may be computed by whoever holds `token`: one at a time may, for as long as a lease
 * lasts. Who holds it already goes on holding it.
 */
export async function claimResult(
  context: ResultContext,
  key: string,
  token: string,
): Promise<boolean> {
  await forgetResult(context, key, context.now());
  return await renewClaim(context, key, token);
}

/** True if a result is being made by a recording, which takes long. */
export async function isHeldForLong(
  { database, settings, now }: ResultContext,
  key: string,
): Promise<boolean> {
  const row = await database.first(
    sql`SELECT 1 FROM results WHERE key = ${key} AND header_json IS NULL AND leased_until > ${now() + settings.jobLeaseMs}`,
  );
  return row !== null;
}

/** Gives a held result up and leaves what was written of it, which is the recording's own from then on. */
export async function abandonResult(
  { database }: ResultContext,
  key: string,
  token: string,
): Promise<void> {
  await database.run(
    sql`DELETE FROM results WHERE key = ${key} AND lease_token = ${token} AND header_json IS NULL`,
  );
}

/** Lengthens a lease, or takes one where nobody has it; `false` if another does, or the result is there. */
export async function renewClaim(
  { database, settings, now }: ResultContext,
  key: string,
  token: string,
): Promise<boolean> {
  const leasedUntil = now() + settings.jobLeaseMs;
  const claimed = await database.run(sql`
    INSERT INTO results (key, folder, lease_token, leased_until, expires_at)
    VALUES (${key}, ${token}, ${token}, ${leasedUntil}, ${leasedUntil})
    ON CONFLICT (key) DO UPDATE SET leased_until = excluded.leased_until, expires_at = excluded.expires_at
    WHERE header_json IS NULL AND lease_token = excluded.lease_token`);
  return claimed === 1;
}

/** Lets others compute the result under `key` at once. */
export async function releaseClaim(
  context: ResultContext,
  key: string,
  token: string,
): Promise<void> {
  await deleteFolder(context, key, token);
  await abandonResult(context, key, token);
}

/**
 * Keeps a result for the time that results live; `false` if the claim was lost meanwhile, and then it is dropped: whoever
 * reads the key gets the bytes of one computation, always.
 */
export async function saveResult(
  context: ResultContext,
  key: string,
  token: string,
  { header, parts }: StoredResult,
): Promise<boolean> {
  const { database, files, settings, now } = context;
  for (const [index, part] of parts.entries()) await files.put(partKey(key, token, index), part);
  const saved = await database.run(sql`
    UPDATE results SET header_json = ${header}, parts = ${parts.length}, expires_at = ${now() + settings.resultTtlMs},
      lease_token = NULL, leased_until = 0
    WHERE key = ${key} AND lease_token = ${token} AND header_json IS NULL`);
  if (saved === 1) return true;
  // Two may have joined the same windows: what one of them has saved is the other's, too.
  const isThere = await database.first(
    sql`SELECT 1 FROM results WHERE key = ${key} AND folder = ${token} AND header_json IS NOT NULL`,
  );
  if (isThere === null) await deleteFolder(context, key, token);
  return isThere !== null;
}

/** Forgets results whose time is over, at most `limit` of them, as `forgetResult` does; gives their number. */
export async function forgetExpiredResults(context: ResultContext, limit: number): Promise<number> {
  const { database, now } = context;
  const doomed = await database.all<{ key: string; folder: string }>(sql`
    UPDATE results SET header_json = NULL, lease_token = NULL, leased_until = 0
    WHERE key IN (SELECT key FROM results WHERE expires_at <= ${now()} AND leased_until <= ${now()} LIMIT ${limit})
    RETURNING key, folder`);
  if (doomed.length === 0) return 0;
  await Promise.all(doomed.map(({ key, folder }) => deleteFolder(context, key, folder)));
  const names = JSON.stringify(doomed.map(({ key, folder }) => [key, folder]));
  await database.run(sql`
    DELETE FROM results WHERE (key, folder) IN
      (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(${names}))
      AND lease_token IS NULL AND header_json IS NULL`);
  return doomed.length;
}

/**
 * Forgets the result under `key` unless it lives beyond `expiredBy` or somebody computes it just now. First nobody reads
 * or keeps it any more, then its bytes go, then its row: who is cut short in between leaves a row from which the next goes on.
 */
export async function forgetResult(
  context: ResultContext,
  key: string,
  expiredBy: number,
): Promise<void> {
  const { database, now } = context;
  const doomed = await database.all<{ folder: string }>(sql`
    UPDATE results SET header_json = NULL, lease_token = NULL, leased_until = 0, expires_at = 0
    WHERE key = ${key} AND expires_at <= ${expiredBy} AND leased_until <= ${now()} RETURNING folder`);
  for (const { folder } of doomed) {
    await deleteFolder(context, key, folder);
    await database.run(
      sql`DELETE FROM results WHERE key = ${key} AND folder = ${folder} AND lease_token IS NULL AND header_json IS NULL`,
    );
  }
}

/** Deletes the bytes of one attempt at a result; others have folders of their own. */
export async function deleteFolder(
  { files }: Pick<ResultContext, "files">,
  key: string,
  folder: string,
): Promise<void> {
  await deleteBelow(files, `results/${key}/${folder}/`);
}
