/** Results whose rows are known, and whose bytes are read a part at a time. */
import { type Database, sql } from "../database/database.ts";
import { UndertoneError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { spreadPieces } from "./spread.ts";

/** Where results are. */
interface Places {
  readonly database: Pick<Database, "run">;
  readonly files: Pick<Store, "get">;
}

/** The row of a result. */
export interface ResultPlace {
  readonly key: string;
  /** JSON. */
  readonly header: string;
  readonly folder: string;
}

/** The key under which a part of a result is stored. */
export function partKey(key: string, folder: string, index: number): string {
  return `results/${key}/${folder}/${index}`;
}

/** The bytes of part `index`; `null` if they are gone, and then the result is forgotten. */
export async function readPart(
  context: Places,
  { key, folder }: ResultPlace,
  index: number,
): Promise<Uint8Array | null> {
  const bytes = await context.files.get(partKey(key, folder, index));
  if (bytes === null) await forgetRow(context, key, folder);
  return bytes;
}

/**
 * The bytes of tensor `index`, as a whole or in the pieces in which they are kept.
 * @throws UndertoneError `internal` if they are gone; then the result is forgotten.
 */
export async function* readTensor(
  context: Places,
  place: ResultPlace,
  index: number,
): AsyncGenerator<Uint8Array> {
  const { key, folder, header } = place;
  const pieces = spreadPieces(context, key, folder, header, false);
  if (pieces === null) {
    const bytes = await readPart(context, place, index);
    if (bytes !== null) return yield bytes;
    throw new UndertoneError("internal", `A part of the result is gone: ${key}, ${index}.`);
  }
  try {
    yield* pieces(index);
  } catch (error) {
    if (error instanceof UndertoneError) await forgetRow(context, key, folder);
    throw error;
  }
}

/** Deletes the row of a result whose bytes somebody deleted: without it, it can be computed again. */
export async function forgetRow(
  { database }: Pick<Places, "database">,
  key: string,
  folder: string,
): Promise<void> {
  await database.run(sql`DELETE FROM results WHERE key = ${key} AND folder = ${folder}`);
}
