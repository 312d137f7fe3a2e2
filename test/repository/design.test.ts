import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../..");
const WALKS = readFileSync(join(REPOSITORY, "docs/design.md"), "utf8")
  .split(/^### /m)
  .slice(1)
  .map((walk) => ({
    title: walk.split("\n")[0] as string,
    files: [...walk.matchAll(/^\d+\. `([^`]+)`: \S/gm)].map(([, file]) => file as string),
  }));

test("docs/design.md has four walks", () => {
  expect(WALKS).toHaveLength(4);
});

describe.each(WALKS)("the walk '$title'", ({ files }) => {
  test.each(files)("%s is there", (file) => {
    expect(existsSync(join(REPOSITORY, file))).toBe(true);
  });

  test("comes to no file twice", () => {
    expect(files.length).toBeGreaterThan(5);
    expect(new Set(files).size).toBe(files.length);
  });
});
