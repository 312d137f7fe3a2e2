/** Log lines, the same in every runtime. */

/**
 * One structured log line. Names are in snake_case and carry their units; values are plain JSON and never hold clips or secrets.
 */
export interface LogEntry {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly [field: string]: unknown;
}

/** One line of JSON: `time` in UTC, then the members of the entry in their order. */
export function logLine(entry: LogEntry, nowMs: number): string {
  return JSON.stringify({ time: new Date(nowMs).toISOString(), ...entry });
}
