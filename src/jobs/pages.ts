/** Pages of jobs or batches, newest first: those of one owner and those of nobody. */

import type { Statement } from "../database/database.ts";
import { UndertoneError } from "../errors.ts";

/** Which page is wanted. */
export interface PageQuery {
  /** Those of this owner and those of nobody. */
  readonly owner: string | null;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** One page, and where the next begins; `null` after the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Part of a WHERE clause, and a value for each `?` in it. */
export type Condition = readonly [text: string, ...values: Statement["values"]];

/** The table and conditions of a list. */
export interface Listed<Item> {
  readonly table: "jobs" | "batches";
  /** The prefix of ids. */
  readonly prefix: "job" | "batch";
  readonly conditions: readonly Condition[];
  read(query: Statement): Promise<readonly Item[]>;
}

interface Position {
  readonly createdAt: number;
  readonly id: string;
}

/**
 * Reads a page.
 * @throws UndertoneError `invalid-cursor` for a cursor that no page of this list has given.
 */
export async function readPage<Item extends Position>(
  { owner, cursor, limit }: PageQuery,
  { table, prefix, conditions, read }: Listed<Item>,
): Promise<Page<Item>> {
  const after = cursor === undefined ? null : readCursor(cursor, prefix);
  const wanted = limit + 1;
  const ownedBy = (who: string | null) =>
    select(table, [["owner IS ?", who], ...positionAfter(after), ...conditions], wanted);
  const found = await read(
    owner === null ? ownedBy(null) : union(ownedBy(owner), ownedBy(null), wanted),
  );
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const isLastPage = found.length < wanted || last === undefined;
  return { items, nextCursor: isLastPage ? null : `${last.createdAt}-${last.id}` };
}

const ORDER = "ORDER BY created_at DESC, id DESC LIMIT ?";

/** The rows of one owner: an index gives them in order. */
function select(table: string, conditions: readonly Condition[], limit: number): Statement {
  return {
    sql: `SELECT * FROM ${table} WHERE ${conditions.map(([text]) => text).join(" AND ")} ${ORDER}`,
    values: [...conditions.flatMap(([, ...values]) => values), limit],
  };
}

function union(first: Statement, second: Statement, limit: number): Statement {
  return {
    sql: `SELECT * FROM (${first.sql}) UNION ALL SELECT * FROM (${second.sql}) ${ORDER}`,
    values: [...first.values, ...second.values, limit],
  };
}

function positionAfter(after: Position | null): Condition[] {
  return after === null ? [] : [["(created_at, id) < (?, ?)", after.createdAt, after.id]];
}

const CURSOR = /^(\d{1,15})-(([a-z]+)_[0-9a-z_-]{1,64})$/;

function readCursor(text: string, prefix: string): Position {
  const [, createdAt, id, kind] = CURSOR.exec(text) ?? [];
  if (createdAt === undefined || id === undefined || kind !== prefix) {
    throw new UndertoneError(
      "invalid-cursor",
      "The cursor is not one that this list has given. Take `next_cursor` of the page before, or leave it out.",
    );
  }
  return { createdAt: Number(createdAt), id };
}
