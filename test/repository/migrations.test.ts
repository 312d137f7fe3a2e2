/** While a deployment is under way, isolates of the version before work on the new tables: migrations only add. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");
const files = readdirSync(MIGRATIONS).sort();

function statementsOf(file: string): string[] {
  return readFileSync(join(MIGRATIONS, file), "utf8")
    .replaceAll(/--.*$/gm, "")
    .split(";")
    .map((statement) => statement.replaceAll(/\s+/g, " ").trim())
    .filter((statement) => statement !== "");
}

/** What code that does not know of it can go on without. */
const ADDITIONS = [
  /^CREATE TABLE \w+ \(.*\) STRICT$/,
  // A unique one could refuse rows that the version before writes.
  /^CREATE INDEX \w+ ON /,
  // Rows of the version before have no value for it.
  /^ALTER TABLE \w+ ADD COLUMN \w+ (TEXT|INTEGER)(?! NOT NULL(?!.* DEFAULT ))/,
];

it("migrations are numbered one after the other", () => {
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
});

it.each(files)("%s only adds", (file) => {
  for (const statement of statementsOf(file)) {
    expect(
      ADDITIONS.some((addition) => addition.test(statement)),
      statement,
    ).toBe(true);
  }
});

it("rows are inserted by the names of their columns, of which a newer version may have more", () => {
  const sources = readdirSync(join(MIGRATIONS, "../src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(MIGRATIONS, "../src", file), "utf8"));
  const inserts = sources.flatMap((source) =>
    Array.from(source.matchAll(/INSERT (?:OR \w+ )?INTO \w+\s*(.)/g), ([insert, next]) => ({
      insert,
      next,
    })),
  );
  expect(inserts.length).toBeGreaterThan(5);
  for (const { insert, next } of inserts) expect(next, insert).toBe("(");
});
