/** What every line of a log has in common. */
import { expect } from "vitest";
import { RequestLineSchema } from "../../src/http/answer/request-line.ts";
import type { LogEntry } from "../../src/log.ts";

const NAME = /^[a-z]+(_[a-z]+)*$/;
const EVENT = /^[a-z]+(-[a-z]+)*$/;

/** Expects of each entry a time, a level, an event and names in snake_case, and of requests what docs/request-log.schema.json says. */
export function expectLogStyle(entries: readonly LogEntry[]): void {
  expect(entries).not.toEqual([]);
  for (const entry of entries) {
    expect(new Date(String(entry.time)).toISOString()).toBe(entry.time);
    expect(["info", "warn", "error"]).toContain(entry.level);
    expect(entry.event).toMatch(EVENT);
    if (entry.event === "request") RequestLineSchema.parse(entry);
    for (const name of Object.keys(entry)) expect(name).toMatch(NAME);
  }
}
