/** A database in Cloudflare D1. */
import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import { UndertoneError } from "../errors.ts";
import type { Database, Statement } from "./database.ts";

/** The part of the binding that the driver uses. */
export type D1Binding = Pick<D1Database, "prepare" | "batch" | "withSession">;

/**
 * Opens the database behind a D1 binding.
 * @throws UndertoneError `internal` if `candidate` is not a D1 binding, so that a mistake in wrangler.toml shows at once.
 */
export function d1Database(candidate: unknown): Database {
  const binding = checkBinding(candidate);
  const prepare = ({ sql, values }: Statement): D1PreparedStatement =>
    binding.prepare(sql).bind(...values);
  return {
    async all<Result>(statement: Statement) {
      return (await prepare(statement).all<Result>()).results;
    },
    first: (statement) => prepare(statement).first(),
    // Without a session D1 asks its primary: https://developers.cloudflare.com/d1/best-practices/read-replication/
    firstNearby: ({ sql, values }) =>
      binding
        .withSession("first-unconstrained")
        .prepare(sql)
        .bind(...values)
        .first(),
    async run(statement) {
      return (await prepare(statement).run()).meta.changes;
    },
    async batch(statements) {
      const results = await binding.batch(statements.map(prepare));
      return results.map(({ meta }) => meta.changes);
    },
  };
}

const METHODS = ["prepare", "batch", "withSession"] as const;

function checkBinding(candidate: unknown): D1Binding {
  const binding = candidate as Partial<D1Binding> | null | undefined;
  if (METHODS.every((method) => typeof binding?.[method] === "function")) {
    return binding as D1Binding;
  }
  throw new UndertoneError(
    "internal",
    "Not a D1 database: name the binding in [[d1_databases]] of wrangler.toml.",
  );
}
