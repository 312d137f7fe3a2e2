/** The form of a log line, the same in every runtime. */
import type { LogEntry } from "./platform.ts";

/** One line of JSON: `time` in UTC, then the members of the entry in their order. */
export function logLine(entry: LogEntry, nowMs: number): string {
  return JSON.stringify({ time: new Date(nowMs).toISOString(), ...entry });
}
