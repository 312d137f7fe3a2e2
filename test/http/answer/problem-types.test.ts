import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ErrorSlug } from "../../../src/errors.ts";
import { PROBLEM_TYPES } from "../../../src/http/answer/problem-types.ts";

const COMMAND_LINE_ONLY: readonly ErrorSlug[] = [
  "checkpoint-invalid",
  "checkpoint-unsupported",
  "checkpoint-unsafe",
  "hub-unavailable",
  "hub-refused",
  "hub-not-found",
  "download-damaged",
];

test("docs/api.md lists every problem with its status", () => {
  const text = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\|/gm)];
  const documented = new Map(rows.map(([, slug, status]) => [slug, Number(status)]));
  const answered = Object.entries(PROBLEM_TYPES)
    .filter(([slug]) => !COMMAND_LINE_ONLY.some((other) => other === slug))
    .map(([slug, { status }]) => [slug, status] as const);
  expect(documented).toEqual(new Map(answered));
});
