/** Table `speakers`. */
import { bytesOf } from "../bytes.ts";
import { decodeBase64, encodeBase64 } from "../crypto/bytes.ts";
import { type Database, sql } from "../database/database.ts";
import type { Speaker } from "./speaker.ts";

interface SpeakerRow {
  readonly id: string;
  readonly owner: string | null;
  readonly name: string;
  readonly model: string;
  readonly space: string;
  readonly embedding: string;
  readonly clips: number;
  readonly sound_seconds: number;
  readonly created_at: number;
}

/** A speaker without its voice. */
export type SpeakerInfo = Omit<Speaker, "embedding">;

/** Rows that are read at once while voices are compared: 600 kB of embeddings with 512 numbers. */
const PAGE = 200;

/** Writes a new speaker, unless its owner has `most` already; `false` then. */
export async function insertSpeaker(
  database: Database,
  speaker: Speaker,
  most: number,
): Promise<boolean> {
  const { id, owner, name, model, space, clips, soundSeconds, createdAt } = speaker;
  const inserted = await database.run(sql`INSERT INTO speakers
    (id, owner, name, model, space, embedding, clips, sound_seconds, created_at)
    SELECT ${id}, ${owner}, ${name}, ${model}, ${space}, ${textOf(speaker)}, ${clips}, ${soundSeconds}, ${createdAt}
    WHERE (SELECT count(*) FROM speakers WHERE owner IS ${owner}) < ${most}`);
  return inserted === 1;
}

/** How many speakers an owner has. */
export async function countSpeakers(database: Database, owner: string | null): Promise<number> {
  const row = await database.first<{ count: number }>(
    sql`SELECT count(*) AS count FROM speakers WHERE owner IS ${owner}`,
  );
  return row?.count ?? 0;
}

/** Writes what is known of a speaker, unless it was deleted, or another clip was added, since it had `clipsBefore`; `false` then. */
export async function updateSpeaker(
  database: Database,
  speaker: Speaker,
  clipsBefore: number,
): Promise<boolean> {
  const { id, owner, clips, soundSeconds } = speaker;
  const updated = await database.run(sql`UPDATE speakers
    SET embedding = ${textOf(speaker)}, clips = ${clips}, sound_seconds = ${soundSeconds}
    WHERE id = ${id} AND owner IS ${owner} AND clips = ${clipsBefore}`);
  return updated === 1;
}

/** A speaker of an owner; `null` if there is none, or it is another's. */
export async function readSpeaker(
  database: Database,
  owner: string | null,
  id: string,
): Promise<Speaker | null> {
  const row = await database.first<SpeakerRow>(
    sql`SELECT * FROM speakers WHERE id = ${id} AND owner IS ${owner}`,
  );
  return row && speakerOf(row);
}

/** All speakers of an owner, oldest first. */
export async function listSpeakers(
  database: Database,
  owner: string | null,
): Promise<SpeakerInfo[]> {
  const rows = await database.all<Omit<SpeakerRow, "embedding">>(
    sql`SELECT id, owner, name, model, space, clips, sound_seconds, created_at FROM speakers
      WHERE owner IS ${owner} ORDER BY created_at, id`,
  );
  return rows.map(infoOf);
}

/** An owner's speakers whose embeddings are in one space, by id, page by page. */
export async function* speakersIn(
  database: Database,
  owner: string | null,
  space: string,
): AsyncGenerator<Speaker[]> {
  for (let after = ""; ; ) {
    const rows = await database.all<SpeakerRow>(
      sql`SELECT * FROM speakers WHERE owner IS ${owner} AND space = ${space} AND id > ${after}
        ORDER BY id LIMIT ${PAGE}`,
    );
    yield rows.map(speakerOf);
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? "";
  }
}

/** Deletes a speaker for good; `false` if there is none, or it is another's. */
export async function deleteSpeaker(
  database: Database,
  owner: string | null,
  id: string,
): Promise<boolean> {
  const deleted = await database.run(
    sql`DELETE FROM speakers WHERE id = ${id} AND owner IS ${owner}`,
  );
  await database.scrub?.();
  return deleted === 1;
}

function textOf({ embedding }: Speaker): string {
  return encodeBase64(bytesOf(embedding));
}

function speakerOf(row: SpeakerRow): Speaker {
  const bytes = decodeBase64(row.embedding) ?? new Uint8Array();
  return { ...infoOf(row), embedding: new Float32Array(bytes.buffer) };
}

function infoOf(row: Omit<SpeakerRow, "embedding">): SpeakerInfo {
  const { id, owner, name, model, space, clips } = row;
  const [soundSeconds, createdAt] = [row.sound_seconds, row.created_at];
  return { id, owner, name, model, space, clips, soundSeconds, createdAt };
}
