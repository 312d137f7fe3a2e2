/** What every line of a log has in common. */
import { expect } from "vitest";
import type { LogEntry } from "../../src/log.ts";

const NAME = /^[a-z]+(_[a-z]+)*$/;
const EVENT = /^[a-z]+(-[a-z]+)*$/;

/** Expects of each entry a time, a level, an event and names in snake_case. */
export function expectLogStyle(entries: readonly LogEntry[]): void {
  expect(entries).not.toEqual([]);
  for (const entry of entries) {
    expect(new Date(String(entry.time)).toISOString()).toBe(entry.time);
    expect(["info", "warn", "error"]).toContain(entry.level);
    expect(entry.event).toMatch(EVENT);
    for (const name of Object.keys(entry)) expect(name).toMatch(NAME);
  }
}
