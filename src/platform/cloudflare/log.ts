/** Logs of Workers. */
import { type LogEntry, logLine } from "../../log.ts";

/** Writes one line of JSON, which Workers Logs takes apart into fields. */
export function log(entry: LogEntry): void {
  console.log(logLine(entry, Date.now()));
}

/** Logs that a stored blob is damaged. */
export function logDamage(key: string, message: string): void {
  log({ level: "error", event: "blob-damaged", key, message });
}
