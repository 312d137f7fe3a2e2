/** The real Node server, started as `npm run serve` starts it, on a free port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LogEntry } from "../../src/log.ts";
import { serveFlags } from "./serve-flags.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

/** A server under test. */
export interface StartedServer {
  /** The address in its log; empty if it ended before. */
  readonly url: string;
  /** Its status once it has ended. */
  readonly ended: Promise<number | null>;
  readonly process: ChildProcess;
  logs(): LogEntry[];
  /** Settles once it has logged `event`. */
  logged(event: string): Promise<LogEntry>;
}

/** Starts it with these variables beside those of this process; settles once it listens, or has ended. */
export async function startNodeServer(
  variables: Readonly<Record<string, string>>,
): Promise<StartedServer> {
  const child = spawn(process.execPath, [...serveFlags(REPOSITORY), "functions/node.ts"], {
    cwd: REPOSITORY,
    env: { ...process.env, PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close").then(([status]) => status as number | null);
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  const logs = () =>
    output
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => JSON.parse(line) as LogEntry);
  const logged = async (event: string): Promise<LogEntry> => {
    for (;;) {
      const entry = logs().find((candidate) => candidate.event === event);
      if (entry !== undefined) return entry;
      await once(child.stdout, "data");
    }
  };
  const listening = await Promise.race([logged("listening"), ended.then(() => null)]);
  return { url: String(listening?.url ?? ""), ended, process: child, logs, logged };
}
